"""What `duocite keys` does: programs given leave to use the API, and that taken back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime

from assistant import cli_output as output
from assistant.commands import begin
from assistant.errors import GrantError
from assistant.keys import SCOPES, Key, Keys, parse_expiry, sort_scopes
from assistant.prompts import Messages
from assistant.settings import Settings
from assistant.state import State, has_state


def make_key(name: str, scopes: Sequence[str], expires: str | None) -> None:
    """The key alone goes to stdout, so that a script can take it; the rest to stderr."""
    settings, messages = begin()
    until = parse_expiry(expires, datetime.now(UTC)) if expires else None
    with closing(State(settings.data)) as state:
        keys = Keys(state)
        first = not keys.read()
        output.say(keys.make(name, [one for one in SCOPES if one in scopes], until))
    output.warn(messages.text("cli.key_made"))
    if first:
        output.warn(messages.text("cli.key_first"))


def list_keys(*, as_json: bool) -> None:
    """Never what is kept of a key, even as a hash."""
    settings, messages = begin()
    found: list[Key] = []
    if has_state(settings.data):
        with closing(State(settings.data)) as state:
            found = Keys(state).read()
    if as_json:
        output.say_json({"keys": [key.to_json() for key in found]})
        return
    for key in found:
        output.say(say_key(key, messages, datetime.now(UTC)))
    if not found:
        output.say(messages.text("cli.no_keys"))


def revoke_key(name: str) -> None:
    settings, messages = begin()
    with _open_keys(settings, name) as keys:
        keys.revoke(name)
    output.say(messages.text("cli.key_revoked", name=name))


def forget_key(name: str) -> None:
    settings, messages = begin()
    with _open_keys(settings, name) as keys:
        keys.forget(name)
        left = keys.read()
    output.say(messages.text("cli.key_forgotten", name=name))
    if not left:
        output.warn(messages.text("cli.key_none_left"))


def say_key(key: Key, messages: Messages, now: datetime) -> str:
    """`dashboard · ask · made 2024-06-01 · last used 2024-06-03 · expires 2024-09-01`."""
    parts = [messages.text("cli.key", name=key.name, scopes=" + ".join(sort_scopes(key.scopes)))]
    parts.append(messages.text("cli.key_since", day=f"{key.created:%Y-%m-%d}"))
    if key.used:
        parts.append(messages.text("cli.key_used", day=key.used.isoformat()))
    if key.revoked:
        parts.append(messages.text("cli.key_ended", day=f"{key.revoked:%Y-%m-%d}"))
    elif key.expires:
        name = "cli.key_expires" if key.works(now) else "cli.key_expired"
        parts.append(messages.text(name, moment=f"{key.expires:%Y-%m-%d %H:%M}"))
    return " · ".join(parts)


@contextmanager
def _open_keys(settings: Settings, name: str) -> Iterator[Keys]:
    """To change the one of that name; where there is no file, none is made."""
    if not has_state(settings.data):
        raise GrantError("no_key", name=name)
    with closing(State(settings.data)) as state:
        yield Keys(state)
