"""Settings of each Slack channel, from a YAML file: where its questions look, and who may ask.

Strict, and each mistake is told with its line: a restriction that is misspelled would be none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from assistant.errors import SettingsError
from assistant.scope import Filters, Language

EVERYONE = "everyone"

_CHANNEL = re.compile(r"[CDG][A-Z0-9]{1,30}")
_USER = re.compile(r"[UW][A-Z0-9]{1,30}")
_LANGUAGES = ("en", "zh", "other")
_STRING, _INTEGER = "tag:yaml.org,2002:str", "tag:yaml.org,2002:int"


@dataclass(frozen=True, slots=True)
class ChannelSettings:
    """What holds in a channel. Without a `language`, answers are in the question's; without
    `users`, everyone may ask."""

    collection: str = "default"
    filters: Filters = field(default_factory=Filters)
    language: Language | None = None
    users: frozenset[str] | None = None

    def may_ask(self, user_id: str) -> bool:
        return self.users is None or user_id in self.users


@dataclass(frozen=True, slots=True)
class Channels:
    """The settings of the channels that have their own, by id, and those of all others."""

    default: ChannelSettings = field(default_factory=ChannelSettings)
    own: Mapping[str, ChannelSettings] = field(default_factory=dict)

    def find(self, channel_id: str) -> ChannelSettings:
        """Direct messages are channels with ids of their own."""
        return self.own.get(channel_id, self.default)


def load_channels(path: Path | None) -> Channels:
    """Read the file; without one, the same holds everywhere.

    A channel has what `default` says wherever it says nothing itself. Raises SettingsError with the
    path and, where there is one, the line: "channels_unreadable", "channels_syntax",
    "channels_shape", "channels_unknown", "channels_twice", "channels_value".
    """
    if path is None:
        return Channels()
    reader = _Reader(path)
    parts = reader.read_mapping(_compose(path), ("default", "channels"))
    base = reader.read_channel(parts.get("default"), {})
    own = {
        channel: _build(reader.read_channel(node, base))
        for channel, node in reader.read_channels(parts.get("channels")).items()
    }
    return Channels(_build(base), own)


def _build(values: Mapping[str, Any]) -> ChannelSettings:
    names = ("documents", "organisations", "years", "languages")
    filters = Filters(**{name: tuple(values[name]) for name in names if name in values})
    users = values.get("users", EVERYONE)
    return ChannelSettings(
        values.get("collection", "default"),
        filters,
        values.get("language"),
        None if users == EVERYONE else frozenset(users),
    )


def _compose(path: Path) -> yaml.Node | None:
    """The file as nodes, which know their lines; None for an empty one."""
    try:
        return yaml.compose(path.read_text(encoding="utf-8-sig"), Loader=yaml.SafeLoader)
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError("channels_unreadable", path=path) from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise SettingsError("channels_syntax", path=path, line=line) from error
    except yaml.YAMLError as error:
        raise SettingsError("channels_unreadable", path=path) from error


class _Reader:
    """Reads nodes of one file, and names the file and the line of what it refuses."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def _wrong(self, code: str, node: yaml.Node, **details: object) -> SettingsError:
        return SettingsError(code, path=self._path, line=node.start_mark.line + 1, **details)

    def read_channel(self, node: yaml.Node | None, base: Mapping[str, Any]) -> dict[str, Any]:
        readers: dict[str, Callable[[str, yaml.Node], Any]] = {
            "collection": self._read_text,
            "language": self._read_language,
            "users": self._read_users,
            "documents": self._read_texts,
            "organisations": self._read_texts,
            "years": self._read_years,
            "languages": self._read_languages,
        }
        found = self.read_mapping(node, tuple(readers))
        return {**base, **{key: readers[key](key, value) for key, value in found.items()}}

    def read_channels(self, node: yaml.Node | None) -> dict[str, yaml.Node]:
        """What is said of each channel, by its id."""
        pairs = self._read_pairs(node) if node else {}
        for name, (key, _) in pairs.items():
            if not _CHANNEL.fullmatch(name):
                raise self._wrong_value("channels", key, "C0123456789")
        return {name: value for name, (_, value) in pairs.items()}

    def read_mapping(self, node: yaml.Node | None, known: tuple[str, ...]) -> dict[str, yaml.Node]:
        """The values of keys that mean something, each given once; none where nothing is."""
        if node is None:
            return {}
        pairs = self._read_pairs(node)
        for name, (key, _) in pairs.items():
            if name not in known:
                raise self._wrong("channels_unknown", key, key=name, known=", ".join(known))
        return {name: value for name, (_, value) in pairs.items()}

    def _read_pairs(self, node: yaml.Node) -> dict[str, tuple[yaml.Node, yaml.Node]]:
        if _is_empty(node):
            return {}
        if not isinstance(node, yaml.MappingNode):
            raise self._wrong("channels_shape", node)
        pairs: dict[str, tuple[yaml.Node, yaml.Node]] = {}
        for key, value in node.value:
            name = str(key.value)
            if name in pairs:
                raise self._wrong("channels_twice", key, key=name)
            pairs[name] = (key, value)
        return pairs

    def _wrong_value(self, key: str, node: yaml.Node, allowed: str) -> SettingsError:
        return self._wrong("channels_value", node, key=key, value=_show(node), allowed=allowed)

    def _read_text(self, key: str, node: yaml.Node) -> str:
        return self._read(key, node, "text", lambda text: bool(text.strip())).strip()

    def _read_texts(self, key: str, node: yaml.Node) -> list[str]:
        return [self._read_text(key, item) for item in self._items(key, node)]

    def _read_years(self, key: str, node: yaml.Node) -> list[int]:
        items = self._items(key, node)
        return [int(self._read(key, one, "2024", _is_year, _INTEGER)) for one in items]

    def _read_language(self, key: str, node: yaml.Node) -> str:
        return self._read(key, node, "en, zh", lambda text: text in ("en", "zh"))

    def _read_languages(self, key: str, node: yaml.Node) -> list[str]:
        def is_one(text: str) -> bool:
            return text in _LANGUAGES

        items = self._items(key, node)
        return [self._read(key, one, ", ".join(_LANGUAGES), is_one) for one in items]

    def _read_users(self, key: str, node: yaml.Node) -> list[str] | str:
        if isinstance(node, yaml.ScalarNode) and node.value == EVERYONE:
            return EVERYONE
        items = self._items(key, node, allowed=f"{EVERYONE}, [U0123456789]")
        return [self._read(key, one, "U0123456789", _is_user) for one in items]

    def _items(self, key: str, node: yaml.Node, allowed: str = "[…]") -> list[yaml.Node]:
        if not isinstance(node, yaml.SequenceNode):
            raise self._wrong_value(key, node, allowed)
        return [*node.value]

    def _read(
        self,
        key: str,
        node: yaml.Node,
        allowed: str,
        is_right: Callable[[str], bool],
        tag: str = _STRING,
    ) -> str:
        right = isinstance(node, yaml.ScalarNode) and node.tag == tag and is_right(node.value)
        if not right:
            raise self._wrong_value(key, node, allowed)
        return str(node.value)


def _is_empty(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and node.tag == "tag:yaml.org,2002:null"


def _is_year(text: str) -> bool:
    return re.fullmatch(r"[1-9][0-9]{3}", text) is not None


def _is_user(text: str) -> bool:
    return _USER.fullmatch(text) is not None


def _show(node: yaml.Node) -> str:
    return str(node.value) if isinstance(node, yaml.ScalarNode) else "…"
