"""News to the channel that a webhook belongs to, in the language of whoever runs Duocite."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.errors import SettingsError
from assistant.scope import Language
from assistant.settings import Settings
from assistant.slack.elements import Message
from assistant.slack.news import build_ingest_news
from assistant.slack.webhook import Webhook
from assistant.wire import Json


class Posting:
    """Posts what it is told; raises as `Webhook.post`."""

    def __init__(self, webhook: Webhook, language: Language) -> None:
        self._webhook = webhook
        self._language = language

    def tell_ingest(self, known: Json) -> None:
        """What `IngestReport.to_json` says, with its collection."""
        self.tell(build_ingest_news(known, self._language))

    def tell(self, messages: Sequence[Message]) -> None:
        self._webhook.post(messages)


def open_posting(settings: Settings, *, local: bool = False) -> Posting:
    """SettingsError "no_webhook" where none is set, and "slack_webhook" where it can't be one."""
    if settings.slack_webhook is None:
        raise SettingsError("no_webhook")
    webhook = Webhook(settings.slack_webhook.get_secret_value(), local=local)
    return Posting(webhook, settings.interface_language)
