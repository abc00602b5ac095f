"""Whether a request comes from Slack: signed with the secret of this app, now, over these bytes."""

from __future__ import annotations

from collections.abc import Mapping

from slack_sdk.signature import Clock, SignatureVerifier

STAMP, SIGNATURE = "x-slack-request-timestamp", "x-slack-signature"


class Signing:
    """slack_sdk's verifier compares in constant time and takes no request older, or newer, than
    five minutes; what it would stumble over is refused before."""

    def __init__(self, secret: str, clock: Clock | None = None) -> None:
        self._verifier = SignatureVerifier(secret, clock or Clock())

    def is_signed(self, body: bytes, headers: Mapping[str, str]) -> bool:
        """`body` are the bytes as they came, before anything read them."""
        stamp, signature = headers.get(STAMP, ""), headers.get(SIGNATURE, "")
        if not (stamp.isascii() and stamp.isdecimal() and len(stamp) < 20 and signature.isascii()):
            return False
        try:
            return self._verifier.is_valid(body, stamp, signature)
        except UnicodeDecodeError:  # Slack sends UTF-8
            return False
