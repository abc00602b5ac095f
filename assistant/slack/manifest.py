"""The manifest that makes Duocite an app of a Slack workspace, with an address in it or none."""

from __future__ import annotations

import re
from importlib.resources import files
from urllib.parse import urlsplit

NAME = "slack-manifest.yaml"
ADDRESS = "https://duocite.example.org"
"""What stands in the file where the address goes."""

_ASKS_ADDRESS = re.compile(rf"^\s+\w+: {re.escape(ADDRESS)}\S*\n", re.MULTILINE)


def read_manifest() -> str:
    """The file as it is shipped, with its comments."""
    return files("assistant.slack").joinpath(NAME).read_text(encoding="utf-8")


def fill_manifest(url: str) -> str:
    """For an app that Slack calls at an address; ValueError unless Slack could do that."""
    address = url.rstrip("/")
    if not _is_public(address):
        raise ValueError(f"{url} is no https address")
    return read_manifest().replace(ADDRESS, address)


def fill_socket_manifest() -> str:
    """For an app that calls Slack (Socket Mode), and has no address."""
    text = _ASKS_ADDRESS.sub("", read_manifest())
    return text.replace("socket_mode_enabled: false", "socket_mode_enabled: true")


def _is_public(url: str) -> bool:
    """It goes into YAML as it is, so that nothing but an address may be in it."""
    if not re.fullmatch(r"https://[A-Za-z0-9.\-:\[\]]+(?:/[A-Za-z0-9._~/-]*)?", url):
        return False
    try:
        parts = urlsplit(url)
        return bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
