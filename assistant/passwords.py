"""Passwords, kept as Argon2id hashes alone."""

from __future__ import annotations

import secrets
import unicodedata
from functools import cache

from argon2 import PasswordHasher, extract_parameters
from argon2.exceptions import InvalidHashError, VerificationError

from assistant.errors import UserError

SHORTEST = 10
"""Characters. What is shorter falls to guessing once the file of users is out."""

LONGEST = 1000
"""Characters; far above what anybody types, and no work for whoever sends megabytes."""

# The library's own choice, which is RFC 9106's for machines with little memory.
_hasher = PasswordHasher()


def hash_password(password: str) -> str:
    """What to keep of a password. UserError "password_short", "password_long" or, where signs are
    in it that nobody can type, "password_signs"."""
    if len(password) < SHORTEST:
        raise UserError("password_short", shortest=SHORTEST)
    if len(password) > LONGEST:
        raise UserError("password_long", longest=LONGEST)
    if not password.isprintable():
        raise UserError("password_signs")
    return _hasher.hash(_fold(password))


def is_hash(text: str) -> bool:
    """Whether it is what `hash_password` gives, be it with other costs."""
    try:
        extract_parameters(text)
    except InvalidHashError:
        return False
    return True


def is_password(given: str, kept: str | None) -> bool:
    """Whether a password is the one whose hash was kept. None, where there is no such user, takes
    as long as a wrong password: time must not tell who is known here."""
    if len(given) > LONGEST:
        given = ""
    try:
        same = _hasher.verify(kept or hash_of_nobody(), _fold(given))
    except (VerificationError, InvalidHashError):
        return False
    return same and kept is not None


@cache
def hash_of_nobody() -> str:
    """The hash of a password that was never told; made once, so that only the first call costs."""
    return _hasher.hash(secrets.token_urlsafe(32))


def _fold(password: str) -> bytes:
    """The same bytes from every keyboard (RFC 8265, OpaqueString)."""
    return unicodedata.normalize("NFC", password).encode("utf-8", "replace")
