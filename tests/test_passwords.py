from __future__ import annotations

import pytest

from assistant import passwords
from assistant.errors import UserError
from assistant.passwords import (
    LONGEST,
    SHORTEST,
    hash_of_nobody,
    hash_password,
    is_hash,
    is_password,
)

WORDS = "four plain words here"


def test_a_password_is_kept_as_argon2id_and_each_time_otherwise() -> None:
    one, two = hash_password(WORDS), hash_password(WORDS)
    assert one.startswith("$argon2id$")
    assert one != two
    assert WORDS not in one
    assert is_password(WORDS, one)
    assert not is_password(WORDS + ".", one)


def test_the_same_signs_from_another_keyboard_are_the_same_password() -> None:
    assert is_password("ou\u0308berraschung", hash_password("o\u00fcberraschung"))
    assert is_password("重庆的桥有一百座以上", hash_password("重庆的桥有一百座以上"))


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("x" * (SHORTEST - 1), "password_short"),
        ("", "password_short"),
        ("x" * (LONGEST + 1), "password_long"),
        ("with a\x00zero in it", "password_signs"),
        ("half a \ud800 sign", "password_signs"),
    ],
)
def test_what_is_no_password_is_refused_without_being_repeated(password: str, code: str) -> None:
    with pytest.raises(UserError) as caught:
        hash_password(password)
    assert caught.value.code == code
    assert password not in caught.value.details.values()


def test_nobody_has_no_password_not_even_the_empty_one() -> None:
    assert not is_password("", None)
    assert not is_password(WORDS, None)


def test_who_is_not_known_is_compared_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else the time that a refusal takes would tell who has a name here."""
    compared: list[str] = []

    class Hasher:
        def verify(self, kept: str, given: bytes) -> bool:
            compared.append(kept)
            return True

    nobody = hash_of_nobody()
    monkeypatch.setattr(passwords, "_hasher", Hasher())
    assert not is_password(WORDS, None)
    assert is_password(WORDS, "kept")
    assert compared == [nobody, "kept"]


def test_a_password_of_megabytes_is_no_work() -> None:
    kept = hash_password("x" * LONGEST)
    assert is_password("x" * LONGEST, kept)
    assert not is_password("x" * 10_000_000, kept)


@pytest.mark.parametrize("text", ["", "secret", "$2b$12$abc", "$argon2id$", "plain:text"])
def test_what_is_no_hash_is_told(text: str) -> None:
    assert not is_hash(text)
    assert not is_password(WORDS, text) or text == ""
    assert is_hash(hash_of_nobody())
