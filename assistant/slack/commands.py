"""What `duocite slack` and `duocite notify` do, once their arguments are read."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

from rich.console import Console

from assistant import cli_output as output
from assistant.access import Access
from assistant.commands import begin, find_answer
from assistant.errors import SettingsError
from assistant.scope import Language
from assistant.slack.blocks import build_answer, build_ephemeral
from assistant.slack.channels import load_channels
from assistant.slack.elements import Message
from assistant.slack.news import build_ingest_news, build_reports_news, build_text_news
from assistant.slack.terminal import show_messages
from assistant.wire import Asked, Json, Owns

Build = Callable[[Json, Language], list[Message]]


def simulate(
    question: str,
    channel: str,
    collection: str | None = None,
    *,
    command: bool = False,
    as_json: bool = False,
    wait: bool = True,
) -> None:
    """Ask as Slack would, with the settings of a channel, and show what it would show."""
    settings, messages = begin()
    own = load_channels(settings.slack_channels).find(channel)
    asked = Asked(question, collection or own.collection, own.filters, own.language)

    def work(owner: Owns) -> Json:
        return find_answer(owner.ask(asked)).to_json()

    answer = Access(settings, messages, wait=wait).run(work)
    built = build_ephemeral(answer) if command else build_answer(answer)
    if as_json:
        output.say_json({"messages": [message.to_json() for message in built]})
    else:
        show_messages(built, Console(), messages)


def notify(
    reports: Sequence[Path], ingests: Sequence[Path], text: str | None, *, local: bool = False
) -> None:
    """Post what files or a text say. All of them are read before the first is posted."""
    from assistant.slack.posting import open_posting  # slack_sdk takes a moment to import

    settings, messages = begin()
    posting = open_posting(settings, local=local)
    language = messages.language
    news = [one for path in reports for one in _read_news(path, build_reports_news, language)]
    news += [one for path in ingests for one in _read_news(path, build_ingest_news, language)]
    news += build_text_news(text) if text is not None else []
    posting.tell(news)
    output.say(messages.text("slack.posted.messages", total=len(news)))


def _read_news(path: Path, build: Build, language: Language) -> list[Message]:
    """SettingsError "news" for a file that isn't what it should be."""
    try:
        return build(json.loads(path.read_text(encoding="utf-8")), language)
    except OSError as error:
        raise SettingsError("news", path=path, reason=error.strerror) from error
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        reason = f"{type(error).__name__}: {error}"
        raise SettingsError("news", path=path, reason=reason) from error
