"""The workflows of CI: pinned, with least rights, and the one for others really runs.

What a workflow runs is taken from its own file, with the inputs of the example in evals/README.md.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.shore import write_shore

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / ".github" / "workflows"
FILES = sorted(path.name for path in FOLDER.glob("*.yml"))
REUSED = "evals.yml"
_PINNED = re.compile(r"actions/[\w-]+@v\d+$")
_EXPRESSION = re.compile(r"\$\{\{\s*inputs\.(\w+)\s*\}\}")


def read_workflow(name: str) -> dict[str, Any]:
    """`on` is a truth value in YAML 1.1."""
    parsed = yaml.safe_load((FOLDER / name).read_text(encoding="utf-8"))
    return {("on" if key is True else key): value for key, value in parsed.items()}


def list_steps(name: str) -> list[dict[str, Any]]:
    return [step for job in read_workflow(name)["jobs"].values() for step in job["steps"]]


def read_example() -> dict[str, Any]:
    """The workflow that the README of the evals shows."""
    text = (ROOT / "evals" / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    (shown,) = (block for block in blocks if REUSED in block)
    parsed: dict[str, Any] = yaml.safe_load(shown)
    return parsed


def test_there_are_those_that_the_documentation_names() -> None:
    assert FILES == ["ci.yml", REUSED, "live.yml"]


@pytest.mark.parametrize("name", FILES)
def test_actions_are_githubs_own_and_pinned_by_version(name: str) -> None:
    used = [step["uses"] for step in list_steps(name) if "uses" in step]
    assert used
    assert [one for one in used if not _PINNED.match(one)] == []


@pytest.mark.parametrize("name", FILES)
def test_nothing_may_be_written_and_no_key_stays_behind(name: str) -> None:
    workflow = read_workflow(name)
    assert workflow["permissions"] == {"contents": "read"}
    assert not [job for job in workflow["jobs"].values() if "permissions" in job]
    checkouts = [one for one in list_steps(name) if "checkout" in one.get("uses", "")]
    assert all(one["with"]["persist-credentials"] is False for one in checkouts)


@pytest.mark.parametrize("name", FILES)
def test_no_expression_stands_in_a_command(name: str) -> None:
    """A value from outside would be run as a part of it."""
    assert [step["run"] for step in list_steps(name) if "${{" in step.get("run", "")] == []


@pytest.mark.parametrize("name", FILES)
def test_every_job_ends_in_time(name: str) -> None:
    jobs = read_workflow(name)["jobs"].values()
    assert all(job.get("timeout-minutes", 0) or len(job["steps"]) == 1 for job in jobs)


def test_the_auditor_of_workflows_finds_nothing() -> None:
    auditor = Path(sys.executable).parent / "zizmor"
    done = subprocess.run(
        [auditor, "--offline", "--no-progress", str(FOLDER)],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stdout


def test_ci_shows_the_evals_whatever_became_of_the_rest() -> None:
    steps = list_steps("ci.yml")
    (summary,) = (one for one in steps if "GITHUB_STEP_SUMMARY" in one.get("run", ""))
    (upload,) = (one for one in steps if "upload-artifact" in one.get("uses", ""))
    assert summary["if"] == upload["if"] == "always()"
    folder = read_workflow("ci.yml")["jobs"]["all"]["env"]["EVAL_OUT"]
    assert upload["with"]["path"] == folder


def test_the_nightly_run_is_left_out_with_a_notice_where_no_key_is_set(tmp_path: Path) -> None:
    workflow = read_workflow("live.yml")
    (look,) = workflow["jobs"]["key"]["steps"]
    said = {key: run_step(look["run"], tmp_path, {"KEY": key}) for key in ("", "sk-secret")}
    assert "::notice::" in said[""]
    assert "set=false" in said[""]
    assert "::notice::" not in said["sk-secret"]
    assert "set=true" in said["sk-secret"]
    assert "sk-secret" not in said["sk-secret"]
    assert workflow["jobs"]["live"]["if"] == "needs.key.outputs.set == 'true'"
    assert "schedule" in workflow["on"]


def test_the_key_is_seen_by_the_steps_alone_that_need_it() -> None:
    text = (FOLDER / "live.yml").read_text(encoding="utf-8")
    assert "secrets." not in text.partition("jobs:")[0]
    holders = [
        step
        for step in list_steps("live.yml")
        if "secrets." in str(step.get("env", {})) or "secrets." in str(step.get("with", {}))
    ]
    assert text.count("secrets.") == len(holders) == 2


def test_the_example_gives_what_the_workflow_takes() -> None:
    (job,) = read_example()["jobs"].values()
    assert job["uses"].endswith(f"/.github/workflows/{REUSED}@main")
    inputs = read_workflow(REUSED)["on"]["workflow_call"]["inputs"]
    required = {name for name, one in inputs.items() if one.get("required")}
    assert required <= set(job["with"]) <= set(inputs)


def run_step(script: str, folder: Path, env: dict[str, str]) -> str:
    """What a step says and puts out, run as GitHub runs it."""
    output = folder / "output"
    output.write_text("", encoding="utf-8")
    done = subprocess.run(
        ["bash", "-e", "-c", script],
        cwd=folder,
        env={**os.environ, "GITHUB_OUTPUT": str(output), **env},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == int(env.get("EXPECTED", "0")), done.stderr
    return done.stdout + done.stderr + output.read_text(encoding="utf-8")


def build_env(folder: Path, inputs: dict[str, Any]) -> dict[str, str]:
    """The job's variables with the inputs of the example and the defaults of the others."""
    workflow = read_workflow(REUSED)
    known = {
        name: one.get("default", "")
        for name, one in workflow["on"]["workflow_call"]["inputs"].items()
    }
    known |= inputs
    named = workflow["jobs"]["evals"]["env"]
    env = {name: _EXPRESSION.sub(lambda m: str(known[m[1]]), one) for name, one in named.items()}
    return {
        **env,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "DUOCITE_EMBEDDING": "hash",
        "DUOCITE_DATA": str(folder / "data"),
        "GITHUB_STEP_SUMMARY": str(folder / "summary.md"),
    }


def test_the_workflow_for_others_runs_on_their_suite(tmp_path: Path) -> None:
    inputs = next(iter(read_example()["jobs"].values()))["with"]
    suites = write_shore((tmp_path / inputs["suite"]).parent)
    assert suites == tmp_path / inputs["suite"]
    env = build_env(tmp_path, {**inputs, "floor": "0.5"})
    steps = {step["id"]: step["run"] for step in list_steps(REUSED) if "id" in step}
    assert list(steps) == ["install", "ask", "floor", "summary"]
    run_step(steps["ask"], tmp_path, env)
    report = tmp_path / "eval-report"
    assert (report / "junit.xml").is_file()
    assert "questions passed" in run_step(steps["floor"], tmp_path, env)
    run_step(steps["floor"], tmp_path, {**env, "FLOOR": "0.99", "EXPECTED": "1"})
    run_step(steps["summary"], tmp_path, env)
    summary = (tmp_path / "summary.md").read_text(encoding="utf-8")
    assert summary == (report / "report.md").read_text(encoding="utf-8")
    assert "shore" in summary


def test_the_workflow_for_others_installs_what_they_name(tmp_path: Path) -> None:
    install = next(step["run"] for step in list_steps(REUSED) if step.get("id") == "install")
    (tmp_path / "python").write_text('#!/bin/sh\nprintf "%s|" "$@"\n', encoding="utf-8")
    (tmp_path / "python").chmod(0o755)
    env = {"PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"}
    said = run_step(install, tmp_path, {**env, "DUOCITE": "duocite==1; touch x"})
    assert said == "-m|pip|install|duocite==1; touch x|"
    assert not (tmp_path / "x").exists()
