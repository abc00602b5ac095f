"""Taking the language out of a question's vector.

Multilingual embeddings carry the language of a text beside its meaning, so that a question prefers
any passage of its own language. Subtracting the mean vector of generic questions of the same
language removes most of that; it is used for passages of the other language only, since in the
same language it costs recall. The questions are about everything and nothing on purpose.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from store.embedding import StoreEmbedding

GENERIC_QUESTIONS: dict[str, tuple[str, ...]] = {
    "en": (
        "What is the main topic of this text?",
        "Who wrote the novel?",
        "When did the war end?",
        "How many people live in the town?",
        "Where is the river?",
        "Why did the king leave the country?",
        "What percentage of students passed the exam?",
        "Which team won the match?",
        "How much does the ticket cost?",
        "What is the name of the mountain?",
        "How long does the journey take?",
        "Which company made the film?",
        "What caused the fire?",
        "In which year was the school founded?",
        "How does the machine work?",
        "What did the doctor recommend?",
        "Who was the first to climb it?",
        "How far is the village from the sea?",
        "What kinds of animals live there?",
        "What are the results of the study?",
        "Which law was changed?",
        "How large is the garden?",
        "What language do they speak?",
        "What share of the budget goes to health?",
    ),
    "zh": (
        "这段文字的主题是什么？",
        "这部小说是谁写的？",
        "战争是什么时候结束的？",
        "这个镇上有多少人？",
        "那条河在哪里？",
        "国王为什么离开了这个国家？",
        "有百分之多少的学生通过了考试？",
        "哪支球队赢得了比赛？",
        "门票要多少钱？",
        "这座山叫什么名字？",
        "路上需要多长时间？",
        "哪家公司拍了这部电影？",
        "火灾的原因是什么？",
        "这所学校是哪一年创办的？",
        "这台机器是怎么工作的？",
        "医生有什么建议？",
        "第一个登上去的人是谁？",
        "村子离海有多远？",
        "那里生活着哪些动物？",
        "研究的结果是什么？",
        "哪部法律被修改了？",
        "花园有多大？",
        "他们说什么语言？",
        "预算中有多大比例用于医疗？",
    ),
}


def centre_of(embedding: StoreEmbedding, language: str) -> NDArray[np.float32]:
    """The mean vector of the generic questions of a language, as this embedding sees them."""
    vectors = embedding.query_vectors(GENERIC_QUESTIONS[language])
    return np.asarray(vectors.mean(axis=0), dtype=np.float32)
