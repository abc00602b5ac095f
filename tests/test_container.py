"""The image and the composition, as far as that can be told without building them."""

from __future__ import annotations

import fnmatch
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from dockerfile_parse import DockerfileParser

from assistant.settings import known_names

ROOT = Path(__file__).parent.parent
NAMES = set(known_names())


@pytest.fixture(scope="module")
def steps() -> list[dict[str, Any]]:
    """The instructions of the Dockerfile, in order."""
    found: list[dict[str, Any]] = DockerfileParser(str(ROOT / "Dockerfile")).structure
    return [step for step in found if step["instruction"] != "COMMENT"]


@pytest.fixture(scope="module")
def last(steps: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those of the image that is kept."""
    begins = max(n for n, step in enumerate(steps) if step["instruction"] == "FROM")
    return steps[begins:]


@pytest.fixture(scope="module")
def composed() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))
    return found


def values(steps: list[dict[str, Any]], instruction: str) -> list[str]:
    return [step["value"] for step in steps if step["instruction"] == instruction]


def read_environment(steps: list[dict[str, Any]]) -> dict[str, str]:
    pairs = [part for value in values(steps, "ENV") for part in value.split()]
    return dict(part.split("=", 1) for part in pairs)


def test_every_base_is_pinned_to_one_version_of_python_that_is_tested(
    steps: list[dict[str, Any]],
) -> None:
    bases = values(steps, "FROM")
    assert len(bases) == 2
    workflow = (ROOT / ".github" / "workflows" / "ci.yml").read_text("utf-8")
    tested = re.search(r"python:(\d+\.\d+)-(\w+)", workflow)
    assert tested
    for base in bases:
        assert re.fullmatch(rf"python:{tested[1]}\.\d+-slim-{tested[2]}( AS \w+)?", base)


def test_it_runs_as_nobody_in_particular(last: list[dict[str, Any]]) -> None:
    (user,) = values(last, "USER")
    assert re.fullmatch(r"[1-9]\d{3,}:[1-9]\d{3,}", user)
    order = [step["instruction"] for step in last]
    assert order.index("USER") > max(n for n, one in enumerate(order) if one in ("RUN", "COPY"))


def test_the_tested_set_of_packages_is_installed(steps: list[dict[str, Any]]) -> None:
    installs = [value for value in values(steps, "RUN") if "pip install" in value]
    assert installs
    assert all("--constraint constraints.txt" in value for value in installs)
    assert "[ocr,tracing]" in installs[0]


def test_nothing_is_installed_once_it_runs(last: list[dict[str, Any]]) -> None:
    said = " ".join(values(last, "RUN") + values(last, "ENTRYPOINT") + values(last, "CMD"))
    assert not re.search(r"\b(pip|apt|apt-get|curl|wget|git)\b", said)
    assert not values(last, "ADD")


def test_there_is_one_volume_and_all_data_is_in_it(last: list[dict[str, Any]]) -> None:
    assert values(last, "VOLUME") == ['["/data"]']
    environment = read_environment(last)
    assert environment["DUOCITE_DATA"] == "/data"
    assert environment["HOME"] == "/tmp"


def test_its_settings_are_ones(last: list[dict[str, Any]], composed: dict[str, Any]) -> None:
    named = {*read_environment(last), *composed["services"]["duocite"]["environment"]}
    assert {name for name in named if name.startswith("DUOCITE_")} <= NAMES


def test_no_secret_is_in_the_image(steps: list[dict[str, Any]]) -> None:
    assert not values(steps, "ARG")
    assert not re.search(r"KEY|TOKEN|SECRET|PASSWORD", " ".join(values(steps, "ENV")))


def test_signals_reach_the_program_itself(last: list[dict[str, Any]]) -> None:
    (entry,), (command,) = values(last, "ENTRYPOINT"), values(last, "CMD")
    assert (json.loads(entry), json.loads(command)) == (["duocite"], ["serve"])
    assert values(last, "STOPSIGNAL") == ["SIGTERM"]


def test_it_is_looked_after_by_a_program_that_is_there(last: list[dict[str, Any]]) -> None:
    (check,) = values(last, "HEALTHCHECK")
    command = json.loads(check[check.index("[") :])
    assert command[:2] == ["python", "-c"]
    compile(command[2], "healthcheck", "exec")
    assert "/healthz" in command[2]


def test_what_is_copied_is_there_and_is_let_through(steps: list[dict[str, Any]]) -> None:
    ignored = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    kept = {line[1:] for line in ignored if line.startswith("!")}
    for value in values(steps, "COPY"):
        if value.startswith("--from"):
            continue
        for source in value.split()[:-1]:
            assert (ROOT / source).exists()
            assert source.split("/")[0] in kept


def test_all_packages_are_copied(steps: list[dict[str, Any]]) -> None:
    copied = {source for value in values(steps, "COPY") for source in value.split()[:-1]}
    assert {"assistant", "store", "prompts", "evals"} <= copied


@pytest.mark.parametrize("path", [".git", ".env", ".duocite", "tests", ".venv", "duocite.log"])
def test_nothing_else_goes_to_who_builds(path: str) -> None:
    lines = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    assert "*" in lines
    kept = [line[1:] for line in lines if line.startswith("!")]
    assert not any(fnmatch.fnmatch(path, one) for one in kept)


def test_the_composition_fits_the_schema_of_compositions() -> None:
    command = ["-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", "compose.yaml"]
    done = subprocess.run(
        [sys.executable, *command], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name", ["duocite", "chroma"])
def test_every_service_is_confined(composed: dict[str, Any], name: str) -> None:
    service = composed["services"][name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert [one.split(":")[0] for one in service["tmpfs"]] == ["/tmp"]
    assert not {"privileged", "cap_add", "user", "pid", "network_mode"} & service.keys()
    assert [one.split(":")[1] for one in service["volumes"]] == ["/data"]


def test_only_this_machine_reaches_it(composed: dict[str, Any]) -> None:
    services = composed["services"]
    assert services["duocite"]["ports"] == ["127.0.0.1:7860:7860"]
    assert not {"ports", "expose"} & services["chroma"].keys()
    assert services["chroma"]["networks"] == ["back"]
    assert composed["networks"]["back"] == {"internal": True}


def test_nobody_comes_in_unknown(composed: dict[str, Any]) -> None:
    environment = composed["services"]["duocite"]["environment"]
    assert environment["DUOCITE_AUTH"].startswith("/data/")
    assert environment["DUOCITE_NAMES"]


def test_documents_are_in_the_chroma_server_and_it_is_waited_for(
    composed: dict[str, Any],
) -> None:
    duocite, chroma = composed["services"]["duocite"], composed["services"]["chroma"]
    assert duocite["environment"]["DUOCITE_CHROMA_URL"] == "http://chroma:8000"
    assert duocite["depends_on"]["chroma"]["condition"] == "service_healthy"
    assert chroma["entrypoint"][:2] == ["chroma", "run"]
    compile(chroma["healthcheck"]["test"][-1], "healthcheck", "exec")


def test_it_is_killed_only_after_the_grace_of_its_answers(composed: dict[str, Any]) -> None:
    service = composed["services"]["duocite"]
    killed = int(service["stop_grace_period"].removesuffix("s"))
    assert killed >= service["environment"]["DUOCITE_GRACE"] + 10
