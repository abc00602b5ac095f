from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from evals.sources import Folder, read_folder
from evals.twins import Twin, Unstated, build_twin

QUESTIONS = (
    "How many tonnes of cargo did Wenzhou handle in 2022?",
    "2022年温州处理了多少吨货物？",
)


def write(folder: Path, *lines: str) -> Folder:
    (folder / "a.txt").write_text("\n\n".join(lines), encoding="utf-8")
    return read_folder(folder)


def twins(folder: Folder, questions: tuple[str, str] = QUESTIONS, **given: str) -> list[Twin]:
    """What is made over many seeds."""
    who = (given.get("who_en", ""), given.get("who_zh", ""))
    unstated = Unstated(folder.nodes)
    made = [build_twin(questions, "t", who, unstated, Random(seed)) for seed in range(40)]
    return [twin for twin in made if twin]


def test_the_same_thing_is_moved_in_both_languages(tmp_path: Path) -> None:
    folder = write(tmp_path, "Wenzhou handled 12 million tonnes of cargo in 2022.")
    made = twins(folder)
    assert {twin.change for twin in made} == {"year", "place"}
    for twin in made:
        if twin.change == "year":
            assert twin.new in twin.question_en
            assert twin.new in twin.question_zh
            assert "2022" not in twin.question_en + twin.question_zh
        else:
            assert "Wenzhou" not in twin.question_en
            assert "温州" not in twin.question_zh


def test_a_year_that_is_stated_is_never_taken(tmp_path: Path) -> None:
    stated = [f"In {year}, {year - 2000} million tonnes of cargo." for year in range(2013, 2026)]
    made = twins(write(tmp_path, "Wenzhou handled 12 tonnes of cargo in 2022.", *stated))
    assert {twin.change for twin in made} == {"place"}


def test_a_year_within_a_range_is_stated(tmp_path: Path) -> None:
    folder = write(tmp_path, "From 2013 to 2026 Wenzhou handled 9 million tonnes of cargo a year.")
    unstated = Unstated(folder.nodes)
    assert not unstated.lacks_year("2019", "mass", QUESTIONS)
    assert unstated.lacks_year("2010", "mass", QUESTIONS)


def test_what_is_stated_in_the_other_language_is_stated(tmp_path: Path) -> None:
    folder = write(tmp_path, "温州在2019年的货物吞吐量为1000万吨。")
    assert not Unstated(folder.nodes).lacks_year("2019", "mass", QUESTIONS[:1])


def test_a_year_with_another_matter_is_free(tmp_path: Path) -> None:
    folder = write(tmp_path, "In 2019 the library lent 3 tonnes of books to schools.")
    assert Unstated(folder.nodes).lacks_year("2019", "mass", QUESTIONS)


def test_a_name_that_stands_anywhere_is_never_taken(tmp_path: Path) -> None:
    said = "Nanchang, 兰州, Harbin, 贵阳, Hohhot and 里斯本 have rivers."
    made = twins(write(tmp_path, "Wenzhou handled 12 tonnes of cargo in 2022.", said))
    places = {twin.new for twin in made if twin.change == "place"}
    assert places == {"Nairobi"}


def test_who_says_so_is_moved_by_both_names(tmp_path: Path) -> None:
    asked = (f"According to Nomura, how many? {QUESTIONS[0]}", f"据野村，{QUESTIONS[1]}")
    folder = write(tmp_path, "Nothing.")
    made = twins(folder, asked, who_en="Nomura", who_zh="野村")
    moved = [twin for twin in made if twin.change == "organisation"]
    assert moved
    assert all("Bosch" in one.question_en and "博世" in one.question_zh for one in moved)


@pytest.mark.parametrize(
    "questions",
    [
        ("How many came in 2022 and 2023?", "2022年和2023年来了多少？"),
        ("How many came in 2022?", "2021年来了多少？"),
        ("How many came?", "来了多少？"),
    ],
)
def test_what_cant_be_moved_in_both_has_no_twin(questions: tuple[str, str], tmp_path: Path) -> None:
    assert twins(write(tmp_path, "Nothing."), questions) == []
