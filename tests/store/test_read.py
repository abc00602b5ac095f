from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from llama_index.core.schema import MetadataMode

from assistant.errors import IngestError
from store.formats.limits import Limits
from store.ledger import hash_text
from store.read import detect_document_language, find_documents, read_document

ENGLISH = (
    "The city wants its industry to grow by seven per cent a year until the end of the plan. "
    "Companies are asked to invest in cleaner furnaces, and the government will pay for a part "
    "of the cost. Whoever takes the money must publish what was saved. "
)
GERMAN = (
    "Die Stadt will ihre Industrie bis zum Ende des Plans um sieben Prozent im Jahr wachsen sehen. "
    "Unternehmen sollen in sauberere Öfen investieren, und die Regierung trägt einen Teil der "
    "Kosten. Wer das Geld nimmt, muss veröffentlichen, was damit gespart wurde. "
)
CHINESE = "全市工业增加值年均增长百分之七，企业应当投资更清洁的熔炉，政府承担部分费用。"


def save(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())
    return path


def refuse(path: Path) -> IngestError:
    with pytest.raises(IngestError) as caught:
        read_document(path, path.parent)
    assert caught.value.details["path"] == str(path)
    return caught.value


def test_ids_are_paths_within_the_folder(tmp_path: Path) -> None:
    for name in ("b.txt", "a.md", "2024/部门/c.TXT"):
        save(tmp_path / name, "text")
    found = find_documents([tmp_path])
    assert [file.id for file in found.files] == ["2024/部门/c.TXT", "a.md", "b.txt"]


def test_the_id_of_a_file_alone_is_its_name(tmp_path: Path) -> None:
    path = save(tmp_path / "deep" / "down" / "a.txt", "text")
    assert [file.id for file in find_documents([path]).files] == ["a.txt"]


def test_other_files_in_a_folder_are_counted_as_skipped(tmp_path: Path) -> None:
    for name in ("a.txt", "b.png", "README.md", "catalog.yaml", ".hidden.txt", ".git/x.txt"):
        save(tmp_path / name, "text")
    found = find_documents([tmp_path])
    assert [file.id for file in found.files] == ["a.txt"]
    assert {path.name for path in found.skipped} == {"b.png", "README.md"}
    assert not found.failed


def test_a_readme_that_is_named_is_read(tmp_path: Path) -> None:
    path = save(tmp_path / "README.md", "text")
    assert [file.id for file in find_documents([path]).files] == ["README.md"]


def test_what_was_asked_for_in_vain_is_reported(tmp_path: Path) -> None:
    picture = save(tmp_path / "b.png", "text")
    found = find_documents([picture, tmp_path / "none.txt", save(tmp_path / "a.txt", "text")])
    assert [(path.name, error.code) for path, error in found.failed] == [
        ("b.png", "format"),
        ("none.txt", "not_found"),
    ]
    assert [file.id for file in found.files] == ["a.txt"]


def test_two_files_do_not_share_an_id(tmp_path: Path) -> None:
    first, second = save(tmp_path / "x/a.txt", "one"), save(tmp_path / "y/a.txt", "two")
    later = save(tmp_path / "y/b.txt", "three")
    found = find_documents([first.parent, second.parent])
    assert [file.path for file in found.files] == [first, later]
    [(path, error)] = found.failed
    assert (path, error.code, error.details["document"]) == (second, "same_id", "a.txt")


def test_a_file_given_twice_is_read_once(tmp_path: Path) -> None:
    path = save(tmp_path / "a.txt", "text")
    found = find_documents([path, tmp_path, path])
    assert len(found.files) == 1
    assert not found.failed


@pytest.mark.parametrize(
    "text",
    [
        "windows\r\nlines\r\n",
        "old mac\rlines\r",
        "mixed\n\r\n\rends",
        "\ttabs\t and  spaces \n\n ",
        "bell\x07 feed\x0c unit\x1f next\x85 line\u2028 end",
        "astral 𠀀 😀 and combining e\u0301",
        "  led and trailed  ",
    ],
)
def test_the_text_is_what_the_file_holds(tmp_path: Path, text: str) -> None:
    document = read_document(save(tmp_path / "a.txt", text), tmp_path)
    assert document.text == text
    assert document.metadata["sha256"] == hash_text(text)


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])))
def test_any_text_comes_back(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    text = "a" + text
    path = save(tmp_path_factory.mktemp("any") / "a.txt", text)
    assert read_document(path, path.parent).text == text


def test_a_byte_order_mark_is_no_text(tmp_path: Path) -> None:
    document = read_document(save(tmp_path / "a.txt", "\ufeffTitle\n"), tmp_path)
    assert document.text == "Title\n"


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16", "utf-16-le", "utf-8-sig"])
def test_another_encoding_comes_out_as_the_same_text(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes("报告 report\n".encode(encoding))
    assert read_document(path, tmp_path).text == "报告 report\n"


def test_what_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)))
    assert refuse(path).code == "encoding"


@pytest.mark.parametrize("text", ["", " \n\t\r\n"])
def test_a_file_without_text_is_refused(tmp_path: Path, text: str) -> None:
    assert refuse(save(tmp_path / "a.txt", text)).code == "empty"


def test_a_file_that_cannot_be_opened_is_refused_with_the_reason(tmp_path: Path) -> None:
    (tmp_path / "a.txt").mkdir()
    error = refuse(tmp_path / "a.txt")
    assert error.code == "unreadable"
    assert error.details["reason"]


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("intro line\n\n## Plan for steel ##\nmore", "Plan for steel"),
        ("\r\n  Steel in 2030\r\nmore", "Steel in 2030"),
        ("= = =\n12\n钢铁规划\n", "钢铁规划"),
        ("x" * 200 + "\nShort enough\n", "Short enough"),
        ("#hashtag\n", "#hashtag"),
        ("2024\n----\n", "file-name"),
        ("---\ntitle: From the top\nyear: 2019\n---\n# Heading\n", "From the top"),
        ("---\nauthor: Li\n---\n# Heading\n", "Heading"),
        ("---\n: broken: [\n---\nA line\n", ": broken: ["),
        ("---\nSteel in 2030\n---\nA line\n", "Steel in 2030"),
    ],
)
def test_titles(tmp_path: Path, text: str, title: str) -> None:
    document = read_document(save(tmp_path / "file-name.md", text), tmp_path)
    assert document.metadata["title"] == title


def test_front_matter_says_who_and_when(tmp_path: Path) -> None:
    text = "---\r\norganisation: 能源局\r\nauthor: Li\r\npublisher: P\r\ndate: 2023-05\r\n---\r\nx"
    document = read_document(save(tmp_path / "r-2020.md", text), tmp_path)
    known = {key: document.metadata[key] for key in ("organisation", "author", "publisher", "year")}
    assert known == {"organisation": "能源局", "author": "Li", "publisher": "P", "year": 2023}
    assert document.text == text


@pytest.mark.parametrize(
    ("name", "text", "year"),
    [
        ("report-2024.txt", "Plan to 2030\n", 2024),
        ("report.txt", "Plan of 1998\n", 1998),
        ("report_v20241.txt", "Plan\nin 2024\n", None),
        ("report.txt", "Sold 3050 units\n", None),
        ("2023年报告.txt", "text\n", 2023),
    ],
)
def test_years(tmp_path: Path, name: str, text: str, year: int | None) -> None:
    assert read_document(save(tmp_path / name, text), tmp_path).metadata["year"] == year


def test_what_the_document_does_not_say_is_none(tmp_path: Path) -> None:
    path = save(tmp_path / "a.txt", "text")
    metadata = read_document(path, tmp_path).metadata
    assert [metadata[key] for key in ("organisation", "author", "publisher", "year")] == [None] * 4
    assert metadata["source"] == str(path)


def test_metadata_stay_out_of_what_a_model_is_given(tmp_path: Path) -> None:
    document = read_document(save(tmp_path / "a.txt", "text"), tmp_path)
    assert document.get_content(MetadataMode.EMBED) == "text"
    assert document.get_content(MetadataMode.LLM) == "text"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (ENGLISH, "en"),
        (CHINESE, "zh"),
        ("重庆GDP", "zh"),
        ("total investment", "en"),
        (GERMAN, "other"),
        ("東京の工業はとても大きくなりました。" * 20, "other"),
        ("서울의 산업은 매우 커졌습니다. " * 20, "other"),
        ("Город хочет, чтобы промышленность росла. " * 20, "other"),
        (CHINESE * 3 + ENGLISH[:90], "zh"),
        (ENGLISH * 3 + CHINESE, "en"),
        ("12.5 3.7 2024\n" * 50, "en"),
    ],
)
def test_languages_of_whole_documents(text: str, language: str) -> None:
    assert {detect_document_language(text) for _ in range(5)} == {language}


def test_a_text_between_two_languages_is_always_the_same_one() -> None:
    mixed = (ENGLISH[:88] + GERMAN[:95]) * 3
    assert len({detect_document_language(mixed) for _ in range(80)}) == 1


def test_a_link_out_of_the_folder_is_left_alone_and_said(tmp_path: Path) -> None:
    secret = save(tmp_path / "elsewhere" / "secret.txt", "secret")
    folder = tmp_path / "docs"
    own = save(folder / "a.txt", "text")
    (folder / "link.txt").symlink_to(secret)
    (folder / "twin.txt").symlink_to(own)
    (folder / "loop").symlink_to(folder)
    found = find_documents([folder])
    assert [file.path.name for file in found.files] == ["a.txt", "twin.txt"]
    assert [(path.name, error.code) for path, error in found.failed] == [("link.txt", "outside")]
    assert [file.id for file in find_documents([folder / "link.txt"]).files] == ["link.txt"]


def test_front_matter_is_kept_and_hidden(tmp_path: Path) -> None:
    text = "---\ntitle: Steel\n---\n# Heading\n"
    document = read_document(save(tmp_path / "a.md", text), tmp_path)
    assert document.text == text
    assert document.metadata["hidden"] == ((0, text.index("# ")),)


def test_the_layout_changes_with_the_places_of_the_same_text(tmp_path: Path) -> None:
    one = tmp_path / "a.csv"
    one.write_bytes(b"Name,Count\nA,5\n")
    first = read_document(one, tmp_path)
    one.write_bytes(b"\nName,Count\nA,5\n")
    second = read_document(one, tmp_path)
    assert first.text == second.text
    assert first.metadata["layout"] != second.metadata["layout"]


def test_no_row_of_a_table_is_a_title(tmp_path: Path) -> None:
    text = "| a | b |\n| --- | --- |\n| 1 | 2 |\n\nSteel in 2030\n"
    document = read_document(save(tmp_path / "a.md", text), tmp_path)
    assert document.metadata["title"] == "Steel in 2030"


def test_what_the_file_says_of_itself_goes_before_its_first_line(tmp_path: Path) -> None:
    path = tmp_path / "report-2019.html"
    path.write_bytes(
        b"<title>Steel</title><meta name=author content='Li Lei'>"
        b"<meta name=date content='2021-01-01'><p>First line.</p>"
    )
    metadata = read_document(path, tmp_path).metadata
    assert (metadata["title"], metadata["author"], metadata["year"]) == ("Steel", "Li Lei", 2019)


def test_limits_are_passed_on(tmp_path: Path) -> None:
    path = save(tmp_path / "a.txt", "a" * (1024 * 1024 + 1))
    with pytest.raises(IngestError) as caught:
        read_document(path, tmp_path, Limits(file_mb=1))
    assert caught.value.code == "too_large"
