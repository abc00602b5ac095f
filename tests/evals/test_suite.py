from pathlib import Path

import pytest

from assistant.errors import SuiteError
from evals.cases import read_cases
from evals.known import find_strange_units
from evals.suite import SUITES, choose_suites, find_suite, read_suites

TOML = """
[reports]
file = "q.jsonl"
documents = "../docs"
catalog = "../docs/catalog.yaml"
[reports.floors]
figures = 0.9
"recall@5" = 1

[reports.tags.table]
figures = 0.4

[bare]
file = "other.jsonl"
documents = "docs"
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "suite.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_paths_are_relative_to_the_file(tmp_path: Path) -> None:
    folder = tmp_path / "suites"
    folder.mkdir()
    reports, bare = read_suites(write(folder, TOML))
    assert reports.file == (folder / "q.jsonl").resolve()
    assert reports.documents == (tmp_path / "docs").resolve()
    assert reports.catalog == (tmp_path / "docs" / "catalog.yaml").resolve()
    assert bare.catalog is None
    assert bare.floors == {}


def test_floors_are_read_by_measure(tmp_path: Path) -> None:
    assert read_suites(write(tmp_path, TOML))[0].floors == {"figures": 0.9, "recall@5": 1.0}


def test_floors_of_tags_are_read_by_tag(tmp_path: Path) -> None:
    reports, bare = read_suites(write(tmp_path, TOML))
    assert (reports.tags, bare.tags) == ({"table": {"figures": 0.4}}, {})


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (TOML.replace("figures = 0.4", "figures = 4"), "figures is not 0 to 1"),
        (TOML.replace("figures =", "figuers ="), "no measure figuers"),
        (TOML.replace("0.9", "90"), "not 0 to 1"),
        (TOML.replace('documents = "docs"', ""), "bare.documents"),
        ("[reports", "suite"),
    ],
)
def test_a_fault_says_what_is_wrong(tmp_path: Path, text: str, reason: str) -> None:
    with pytest.raises(SuiteError, match="bad_suite") as caught:
        read_suites(write(tmp_path, text))
    shown = f"{caught.value.details['path']} {caught.value.details['reason']}"
    assert reason in shown


def test_a_suite_that_is_not_there_is_missing(tmp_path: Path) -> None:
    with pytest.raises(SuiteError, match="missing"):
        read_suites(tmp_path / "suite.toml")


def test_a_file_finds_the_suite_that_declares_it(tmp_path: Path) -> None:
    write(tmp_path, TOML)
    found = find_suite(tmp_path / "q.jsonl")
    assert found is not None
    assert found.name == "reports"
    assert find_suite(tmp_path / "stranger.jsonl") is None


def test_a_file_alone_in_its_folder_has_no_suite(tmp_path: Path) -> None:
    assert find_suite(tmp_path / "q.jsonl") is None


def test_the_shipped_suites_can_be_read_and_judged() -> None:
    for suite in read_suites(SUITES):
        cases = read_cases(suite.file)
        assert suite.documents.is_dir()
        known = [figure for case in cases for figure in (*case.figures, *case.forbidden_figures)]
        assert find_strange_units(known) == []
        assert suite.tags.keys() <= {tag for case in cases for tag in case.tags}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path, TOML)
    (tmp_path / "q.jsonl").touch()
    return tmp_path


def test_without_a_name_the_shipped_suites_are_meant() -> None:
    assert choose_suites() == read_suites(SUITES)


def test_a_shipped_suite_is_meant_by_its_name() -> None:
    (suite,) = choose_suites(["sample"])
    assert suite in read_suites(SUITES)


@pytest.mark.parametrize("name", ["suite.toml", "."])
def test_a_suite_toml_or_its_folder_means_all_in_it(folder: Path, name: str) -> None:
    found = choose_suites([str(folder / name)])
    assert [suite.name for suite in found] == ["reports", "bare"]


def test_a_file_that_a_suite_toml_declares_needs_no_documents(folder: Path) -> None:
    (suite,) = choose_suites([str(folder / "q.jsonl")])
    assert (suite.name, suite.floors["figures"]) == ("reports", 0.9)
    assert suite.catalog is not None


def test_given_documents_stand_in_place_of_declared_ones(folder: Path) -> None:
    (suite,) = choose_suites([str(folder / "q.jsonl")], folder, None)
    assert (suite.name, suite.documents, suite.catalog) == ("q", folder, None)
    assert suite.floors["figures"] == 0.9


def test_several_names_mean_all_of_them(folder: Path) -> None:
    found = choose_suites(["sample", str(folder / "suite.toml")])
    assert [suite.name for suite in found] == ["sample", "reports", "bare"]


def test_a_file_needs_its_documents(tmp_path: Path) -> None:
    (tmp_path / "own.jsonl").touch()
    with pytest.raises(SuiteError, match="no_docs"):
        choose_suites([str(tmp_path / "own.jsonl")])


def test_a_name_that_nobody_knows_is_told_with_those_that_are() -> None:
    with pytest.raises(SuiteError, match="no_suite") as raised:
        choose_suites(["smaple"])
    assert "sample" in str(raised.value)
