"""What somebody wants of Duocite, read from what Slack sends: a question, a command, a button.

Pure: payloads come as JSON that Slack's signature vouches for, yet nothing is taken for granted of
their form. What is none of Duocite's business is None.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from assistant.scope import Language
from assistant.slack.heard import find_addressed, find_text, mentions
from assistant.text.language import detect_language
from assistant.wire import Json

Kind = Literal["message", "command", "share"]

ANSWERED_SUBTYPES = ("", "thread_broadcast", "file_share")
"""Of messages; the others are edits, deletions, people who come and go, other programs."""

_SKEW_S = 120.0
"""How far this machine's clock may be from Slack's, where a time is ours and not Slack's."""


@dataclass(frozen=True, slots=True)
class Post:
    """What is answered, as it is kept until it has been.

    `id` is Slack's own of the event, so that a second delivery is known. `ts` is the moment in
    Slack's form, which names a message in its channel and sorts as text. `thread` is the message
    that the answer goes under; None puts it straight into a conversation of two. `addressed` is
    whether Duocite was spoken to, by name or by the place; what is only said in a thread waits
    until Duocite is known to take part in it.
    """

    id: str
    kind: Kind
    team: str
    channel: str
    user: str
    ts: str
    thread: str | None
    text: str
    addressed: bool = True
    response_url: str = ""

    @property
    def asker(self) -> str:
        """The user as feedback and kept answers name them."""
        return name_user(self.team, self.user)

    @property
    def place(self) -> str:
        """One message, by whatever event it comes: a mention is told of by two."""
        place = f"{self.team}/{self.channel}/{self.ts}"
        return place if self.kind == "message" else self.id

    @property
    def talk(self) -> str:
        """The conversation, in which one thing is answered at a time."""
        if self.kind != "message":
            return self.id
        return f"{self.team}/{self.channel}/{self.thread or ''}"

    @property
    def since(self) -> str:
        """A moment before which nothing can have been answered to this."""
        return self.ts if self.kind == "message" else f"{max(float(self.ts) - _SKEW_S, 0):.6f}"

    @property
    def language(self) -> Language:
        return "zh" if detect_language(self.text) == "zh" else "en"

    def to_json(self) -> Json:
        return asdict(self)

    @classmethod
    def from_json(cls, known: Mapping[str, Any]) -> Post:
        return cls(**known)

    def forget(self) -> Post:
        """Without what is of use only until it is answered."""
        return replace(self, text="", response_url="")


def name_user(team: str, user: str) -> str:
    return f"slack:{team}:{user}"


def read_event(body: Mapping[str, Any]) -> Post | None:
    """A question among the events of a workspace."""
    event = _part(body, "event")
    if body.get("type") != "event_callback" or not _is_said_by_a_person(event):
        return None
    bot = _find_own_user(body)
    kind, said = event.get("type"), _text(event, "text")
    direct = event.get("channel_type") == "im"
    addressed = kind == "app_mention" or direct or mentions(said, bot)
    thread = _text(event, "thread_ts") or None
    if not addressed and (thread is None or find_addressed(said) or not find_text(said, bot)):
        return None
    return _check(
        Post(
            id=_text(body, "event_id"),
            kind="message",
            team=_text(body, "team_id") or _text(event, "team"),
            channel=_text(event, "channel"),
            user=_text(event, "user"),
            ts=_text(event, "ts"),
            thread=thread if direct else thread or _text(event, "ts"),
            text=find_text(said, bot),
            addressed=addressed,
        )
    )


def read_command(form: Mapping[str, Any], now: float | None = None) -> Post | None:
    """A question that only its asker sees the answer to."""
    return _check(
        Post(
            id=f"command/{_text(form, 'trigger_id')}",
            kind="command",
            team=_text(form, "team_id"),
            channel=_text(form, "channel_id"),
            user=_text(form, "user_id"),
            ts=_say_now(now),
            thread=None,
            text=find_text(_text(form, "text"), ""),
            response_url=_text(form, "response_url"),
        )
    )


@dataclass(frozen=True, slots=True)
class Press:
    """A button that somebody pressed: which, with the value that it holds, and the `ts` of the
    message that it stands on, which one that only its reader sees has too."""

    action: str
    value: str
    team: str
    channel: str
    user: str
    response_url: str
    on: str

    @property
    def user_name(self) -> str:
        return name_user(self.team, self.user)

    def to_share(self, now: float | None = None) -> Post:
        """The wish to show the answer to the whole channel; the same one at a second click."""
        return Post(
            id=f"share/{self.channel}/{self.on}/{self.value}",
            kind="share",
            team=self.team,
            channel=self.channel,
            user=self.user,
            ts=_say_now(now),
            thread=None,
            text=self.value,
            response_url=self.response_url,
        )


def read_press(payload: Mapping[str, Any]) -> Press | None:
    actions = payload.get("actions")
    first = actions[0] if isinstance(actions, list) and actions else None
    if payload.get("type") != "block_actions" or not isinstance(first, dict):
        return None
    press = Press(
        action=_text(first, "action_id"),
        value=_text(first, "value") or _text(_part(first, "selected_option"), "value"),
        team=_text(_part(payload, "team"), "id") or _text(_part(payload, "user"), "team_id"),
        channel=_text(_part(payload, "channel"), "id"),
        user=_text(_part(payload, "user"), "id"),
        response_url=_text(payload, "response_url"),
        on=_text(_part(payload, "container"), "message_ts"),
    )
    whole = press.value and press.team and press.channel and press.user
    return press if whole else None


def _is_said_by_a_person(event: Mapping[str, Any]) -> bool:
    if event.get("type") not in ("app_mention", "message"):
        return False
    if event.get("hidden") or (event.get("subtype") or "") not in ANSWERED_SUBTYPES:
        return False
    made = event.get("bot_id") or event.get("bot_profile") or event.get("app_id")
    return not made and _text(event, "user") not in ("", "USLACKBOT")


def _find_own_user(body: Mapping[str, Any]) -> str | None:
    """The user that Duocite is in the workspace, as an event says for whom it is meant."""
    given = body.get("authorizations")
    for one in given if isinstance(given, list) else ():
        if isinstance(one, dict) and one.get("is_bot", True) and one.get("user_id"):
            return str(one["user_id"])
    return None


def _check(post: Post) -> Post | None:
    named = post.team and post.channel and post.user
    timed = re.fullmatch(r"\d+\.\d+", post.ts) and post.id.rpartition("/")[2]
    return post if named and timed else None


def _part(known: Mapping[str, Any], name: str) -> Json:
    found = known.get(name)
    return found if isinstance(found, dict) else {}


def _text(known: Mapping[str, Any], name: str) -> str:
    found = known.get(name)
    return found if isinstance(found, str) else ""


def _say_now(now: float | None) -> str:
    return f"{time.time() if now is None else now:.6f}"
