from __future__ import annotations

import json
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from assistant.web.results import FORMS, ROUTE, TYPES, Results, name_address
from tests.web.evaluated import write_run


@pytest.fixture
def client(tmp_path: Path) -> TestClient:
    app = FastAPI()
    app.get(ROUTE, response_model=None)(Results(write_run(tmp_path).folder).serve)
    return TestClient(app)


@pytest.mark.parametrize("form", FORMS)
def test_a_report_is_saved_and_never_shown(client: TestClient, form: str) -> None:
    answer = client.get(f"/{name_address(form)}")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == TYPES[FORMS[form]]
    assert answer.headers["content-disposition"] == f"attachment; filename={FORMS[form]}"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"


def test_it_is_the_report_as_it_lies_there(client: TestClient, tmp_path: Path) -> None:
    read = json.loads(client.get("/evals/report.json").content)
    assert [suite["suite"] for suite in read["suites"]] == ["own", "many"]
    (tmp_path / "evals" / "latest" / "report.md").write_text("new", encoding="utf-8")
    assert client.get("/evals/report.md").text == "new"


@pytest.mark.parametrize(
    "name", ["index.html", "times.json", "..%2f..%2fq", "%2e%2e", "own%2fc1.html", "REPORT.JSON"]
)
def test_nothing_else_of_the_folder_is_given_out(client: TestClient, name: str) -> None:
    assert client.get(f"/evals/{name}").status_code == 404


def test_without_a_run_a_line_says_how_to_make_one(tmp_path: Path) -> None:
    app = FastAPI()
    app.get(ROUTE, response_model=None)(Results(tmp_path / "none").serve)
    for accepted, said in (("en", "Make one with: duocite eval"), ("zh-CN", "可用 duocite eval")):
        answer = TestClient(app).get("/evals/report.md", headers={"accept-language": accepted})
        assert answer.status_code == 404
        assert said in answer.text
