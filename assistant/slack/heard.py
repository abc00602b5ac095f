"""What a message of Slack says, as its writer meant it: names, links and signs are coded there.

`<@U…>` is a user, `<#C…|name>` a channel, `<!…>` a group or a date, `<address|words>` a link, and
& < > are written as in HTML (docs.slack.dev, formatting message text).
"""

from __future__ import annotations

import html
import re

_CODED = re.compile(r"<([@#!]?)([^<>|]*)(?:\|([^<>]*))?>")
_USER = re.compile(r"<@([A-Z0-9]+)(?:\|[^<>]*)?>")


def mentions(said: str, user: str | None) -> bool:
    return user is not None and user in _USER.findall(said)


def find_addressed(said: str) -> str | None:
    """The user that a message turns to with its first word, if it does."""
    found = _USER.match(said.lstrip())
    return found[1] if found else None


def find_text(said: str, own: str | None) -> str:
    """The words alone, in one line. The name of `own` is left out: it only calls. Without it, a
    name at the beginning is taken for the one that was called."""
    called = find_addressed(said) if own is None else own

    def replace(coded: re.Match[str]) -> str:
        sign, named, shown = coded.groups()
        if sign == "@":
            return " " if named == called else f"@{shown or named}"
        if sign == "#":
            return f"#{shown or named}"
        return shown or ("" if sign else _say_address(named))

    words = html.unescape(_CODED.sub(replace, said))
    return " ".join("".join(map(_visible, words)).split())


def _visible(sign: str) -> str:
    """Slack sets zero-width spaces and marks of direction beside names."""
    return sign if sign.isprintable() else " "


def _say_address(address: str) -> str:
    return re.sub(r"^(?:mailto|tel):", "", address)
