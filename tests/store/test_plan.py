from __future__ import annotations

from pathlib import Path

import pytest

from store.ledger import DocumentRecord
from store.plan import Plan, build_plan
from store.roots import ALONE, Root


@pytest.fixture
def disk(tmp_path: Path) -> Path:
    for name in ("reports/a.md", "reports/2024/b.md", "other/a.md", "c.md"):
        save(tmp_path / name)
    return tmp_path


def save(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("text")
    return path


def record(document: str, root: str | None, source: Path | None = None) -> DocumentRecord:
    return DocumentRecord(
        document, document, "en", "", "", "1", 1, 1, 1, source=str(source), root=root
    )


def ids(plan: Plan) -> list[str]:
    return [file.id for file in plan.files]


def test_folders_become_roots_and_files_alone_do_not(disk: Path) -> None:
    plan = build_plan([disk / "reports", disk / "other", disk / "c.md"], [], [])
    assert ids(plan) == ["reports/2024/b.md", "reports/a.md", "other/a.md", "c.md"]
    assert plan.roots == [Root("reports", disk / "reports"), Root("other", disk / "other")]
    assert [file.root for file in plan.files] == ["reports", "reports", "other", ALONE]
    assert [file.place for file in plan.files] == ["2024/b.md", "a.md", "a.md", "c.md"]
    assert all(file.path.is_file() for file in plan.files)


def test_a_root_that_is_known_is_not_registered_again(disk: Path) -> None:
    plan = build_plan([disk / "reports"], [Root("mine", disk / "reports")], [])
    assert plan.roots == []
    assert ids(plan) == ["mine/2024/b.md", "mine/a.md"]


@pytest.mark.parametrize("given", ["reports/2024", "reports/2024/b.md", "reports/2024/*.md"])
def test_a_part_of_a_root_belongs_to_it_however_it_is_given(disk: Path, given: str) -> None:
    root = Root("reports", disk / "reports")
    plan = build_plan([disk / given], [root], [])
    assert (ids(plan), plan.roots) == (["reports/2024/b.md"], [])
    assert plan.files[0].folder == disk / "reports"


def test_a_folder_inside_a_new_root_stays_the_root_that_it_was(disk: Path) -> None:
    inner = Root("2024", disk / "reports" / "2024")
    plan = build_plan([disk / "reports"], [inner], [record("2024/b.md", "2024")])
    assert ids(plan) == ["2024/b.md", "reports/a.md"]
    assert plan.gone == []


def test_a_file_met_twice_is_read_once(disk: Path) -> None:
    plan = build_plan([disk / "reports", disk / "reports/a.md", disk / "reports"], [], [])
    assert ids(plan) == ["reports/2024/b.md", "reports/a.md"]


def test_a_pattern_stands_for_what_it_matches(disk: Path) -> None:
    assert ids(build_plan([disk / "**/a.md"], [], [])) == ["a.md", "a-2.md"]
    assert ids(build_plan([disk / "re*"], [], [])) == ["reports/2024/b.md", "reports/a.md"]


def test_a_pattern_that_matches_nothing_is_a_failure(disk: Path) -> None:
    [(path, error)] = build_plan([disk / "*.rst"], [], []).failed
    assert (path, error.code) == (disk / "*.rst", "no_match")


def test_a_name_with_signs_of_a_pattern_is_a_name_if_there_is_such_a_file(disk: Path) -> None:
    assert ids(build_plan([save(disk / "a[1].md")], [], [])) == ["a[1].md"]


def test_a_file_alone_keeps_the_name_it_was_given(disk: Path) -> None:
    file = save(disk / "x" / "c.md")
    known = [record("c.md", ALONE, disk / "c.md"), record("c-2.md", ALONE, file)]
    assert ids(build_plan([file, disk / "c.md"], [], known)) == ["c-2.md", "c.md"]
    assert ids(build_plan([file], [], known[:1])) == ["c-2.md"]


def test_a_document_under_another_name_is_replaced(disk: Path) -> None:
    known = [record("a.md", ALONE, disk / "reports/a.md"), record("a-2.md", ALONE, disk / "b.md")]
    plan = build_plan([disk / "reports"], [], known)
    assert {file.id: file.replaces for file in plan.files} == {
        "reports/a.md": ("a.md",),
        "reports/2024/b.md": (),
    }
    assert plan.gone == []


def test_documents_from_before_there_were_roots_are_replaced(disk: Path) -> None:
    known = [record(name, None) for name in ("a.md", "2024/b.md", "2023/b.md")]
    plan = build_plan([disk / "reports"], [], known)
    assert [file.replaces for file in plan.files] == [("2024/b.md",), ("a.md",)]
    assert plan.gone == []  # where 2023/b.md came from nobody knows


def test_what_is_gone_from_a_folder_is_listed(disk: Path) -> None:
    root = Root("reports", disk / "reports")
    known = [record(f"reports/{name}", "reports") for name in ("a.md", "2024/b.md", "2023/b.md")]
    assert build_plan([disk / "reports"], [root], known).gone == ["reports/2023/b.md"]
    assert build_plan([disk / "reports/2024"], [root], known).gone == []
    assert build_plan([disk / "reports/a.md", disk / "other"], [root], known).gone == []


def test_all_of_a_folder_is_gone_only_if_told(disk: Path) -> None:
    (disk / "empty").mkdir()
    root = Root("empty", disk / "empty")
    known = [record("empty/a.md", "empty"), record("a.md", ALONE, disk / "none.md")]
    plan = build_plan([disk / "empty"], [root], known)
    assert plan.gone == []
    assert [(s.folder, s.documents) for s in plan.spared] == [(disk / "empty", ("empty/a.md",))]
    plan = build_plan([disk / "empty"], [root], known, prune=True)
    assert (plan.gone, plan.spared) == (["empty/a.md"], [])
