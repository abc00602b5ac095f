"""Names in two languages: from the user's file and from what the texts show."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.errors import CatalogError
from assistant.glossary import Glossary, build_glossary, load_glossary
from assistant.text.names import find_pairs


def save(folder: Path, text: str) -> Path:
    path = folder / "names.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_pairs_are_read_whichever_side_is_chinese(tmp_path: Path) -> None:
    path = save(tmp_path, "灯塔公司: Lantern Works\nMill Bank: [磨坊银行, 磨行]\n")
    assert load_glossary(path) == [
        ("灯塔公司", "Lantern Works"),
        ("磨坊银行", "Mill Bank"),
        ("磨行", "Mill Bank"),
    ]


def test_an_empty_file_is_an_empty_glossary(tmp_path: Path) -> None:
    assert load_glossary(save(tmp_path, "")) == []
    assert load_glossary(save(tmp_path, "# nothing yet\n")) == []


@pytest.mark.parametrize(
    "text",
    [
        "- a\n- b\n",
        "just words",
        "Lantern: Works",
        "灯塔: 公司",
        "灯塔: [",
        "灯塔: ",
        "灯塔: {a: b}x",
    ],
)
def test_a_file_that_says_something_else_is_named(tmp_path: Path, text: str) -> None:
    path = save(tmp_path, text)
    with pytest.raises(CatalogError) as caught:
        load_glossary(path)
    assert caught.value.code == "glossary"
    assert caught.value.details["path"] == str(path)
    assert "\n" not in str(caught.value.details["problem"])


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    latin = tmp_path / "latin.yaml"
    latin.write_bytes("灯塔: Lantern".encode("gb18030"))
    for path in (tmp_path / "none.yaml", tmp_path, latin):
        with pytest.raises(CatalogError, match="glossary"):
            load_glossary(path)


def test_names_are_found_in_questions_of_both_languages() -> None:
    glossary = build_glossary([("灯塔公司", "Lantern Works")], [])
    assert glossary.find("灯塔公司有多少员工？") == {"灯塔公司": frozenset(["Lantern Works"])}
    assert glossary.find("How many work at LANTERN works?") == {
        "lantern works": frozenset(["灯塔公司"])
    }


def test_an_english_name_within_a_word_is_not_found() -> None:
    glossary = build_glossary([("西门子", "Siemens"), ("艾", "AI")], [])
    assert glossary.find("What did she said about Siemenstown, rain and a samurai?") == {}
    assert set(glossary.find("What does Siemens's AI cost?")) == {"siemens", "ai"}


def test_a_chinese_name_with_latin_letters_is_found_in_any_case() -> None:
    glossary = build_glossary([("LT灯塔", "Lantern Tech")], [])
    assert list(glossary.find("LT灯塔的收入是多少？")) == ["LT灯塔"]
    assert list(glossary.find("lt灯塔的收入是多少？")) == ["LT灯塔"]


def test_longer_names_come_first() -> None:
    glossary = build_glossary([("灯塔", "Lantern"), ("灯塔公司", "Lantern Works")], [])
    assert list(glossary.find("灯塔公司在哪里？")) == ["灯塔公司", "灯塔"]


def test_names_that_texts_show_are_added_to_the_users() -> None:
    texts = ["It was built by Lantern Works (灯塔公司).", "，磨坊银行（Mill Bank）出资。"]
    shown = [pair for text in texts for pair in find_pairs(text)]
    glossary = build_glossary([("灯塔公司", "Lantern plc")], shown)
    assert glossary.pairs["灯塔公司"] == {"Lantern plc", "Lantern Works"}
    assert glossary.pairs["mill bank"] == {"磨坊银行"}


def test_a_name_with_signs_is_taken_as_it_is_written() -> None:
    glossary = build_glossary([("灯塔", "L.A.M.P. (Asia)")], [])
    assert glossary.find("Where is L.A.M.P. (Asia) now?")
    assert not glossary.find("Where is LxAxMxPx (Asia) now?")


def test_an_empty_glossary_finds_nothing() -> None:
    assert Glossary().find("Lantern 灯塔") == {}
    assert build_glossary([], []).find("") == {}


def test_names_without_another_form_are_found_and_take_none_away() -> None:
    glossary = build_glossary([("康宁", "Corning")], []).with_names(["Harbour Board", "Corning"])
    found = glossary.find("What do Corning and the Harbour Board say?")
    assert found == {"harbour board": frozenset(), "corning": frozenset({"康宁"})}
