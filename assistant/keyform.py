"""How a key for programs looks: `duocite_`, 43 signs for 256 random bits, and a checksum of six.

By the prefix scanners for leaked secrets find it, and so do our own logs. By the checksum a slip in
copying is told from a key without looking anywhere.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import string
import zlib

PREFIX = "duocite_"
FORM = re.compile(PREFIX + r"([0-9A-Za-z]{43})([0-9A-Za-z]{6})(?![0-9A-Za-z])")

_SIGNS = string.digits + string.ascii_letters
_RANDOM = 43  # signs; 62 ** 43 is just above 2 ** 256


def make_key() -> str:
    body = "".join(secrets.choice(_SIGNS) for _ in range(_RANDOM))
    return f"{PREFIX}{body}{_checksum(body)}"


def is_key(text: str) -> bool:
    """Whether a text has the form of a key and the right checksum."""
    found = FORM.fullmatch(text)
    return found is not None and _checksum(found[1]) == found[2]


def hash_key(key: str) -> str:
    """As it is kept. A slow hash makes guessing of passwords dear; 256 random bits can't be guessed
    at any speed, and this is computed at each request."""
    return hashlib.sha256(key.encode()).hexdigest()


def hide_keys(text: str) -> str:
    """Without the keys in it, for logs: whatever has the form of one, known or not."""
    return FORM.sub(f"{PREFIX}…", text)


def _checksum(body: str) -> str:
    """CRC-32 as six signs; 62 ** 6 is above 2 ** 32."""
    number, signs = zlib.crc32(body.encode()), ""
    for _ in range(6):
        number, digit = divmod(number, len(_SIGNS))
        signs = _SIGNS[digit] + signs
    return signs
