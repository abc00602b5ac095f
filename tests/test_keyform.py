"""How a key looks, and that it is found wherever it stands."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from assistant.keyform import FORM, PREFIX, hash_key, hide_keys, is_key, make_key

KEY = make_key()
SIGNS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


def test_a_key_has_its_form_and_no_two_are_alike() -> None:
    keys = {make_key() for _ in range(200)}
    assert len(keys) == 200
    assert all(is_key(key) and key.startswith(PREFIX) and len(key) == 57 for key in keys)
    # 43 signs of 62 hold 256 bits and a little.
    assert 62**43 > 2**256 > 62**42
    used = {sign for key in keys for sign in key.removeprefix(PREFIX)}
    assert used == set(SIGNS)


@given(place=st.integers(len(PREFIX), len(KEY) - 1), sign=st.sampled_from(SIGNS))
def test_a_slip_of_one_sign_is_no_key(place: int, sign: str) -> None:
    changed = KEY[:place] + sign + KEY[place + 1 :]
    assert is_key(changed) is (changed == KEY)


@given(place=st.integers(len(PREFIX), len(KEY) - 2))
def test_two_signs_the_wrong_way_round_are_no_key(place: int) -> None:
    changed = KEY[:place] + KEY[place + 1] + KEY[place] + KEY[place + 2 :]
    assert is_key(changed) is (changed == KEY)


@given(st.text(max_size=80))
def test_no_other_text_is_a_key(text: str) -> None:
    assert not is_key(text)
    assert not is_key(f"{KEY}{text}") or not text


def test_what_is_nearly_a_key_is_none() -> None:
    for text in ("", PREFIX, KEY[:-1], f"{KEY}0", f" {KEY}", f"{KEY}\n", KEY.upper()):
        assert not is_key(text)


@given(st.text(max_size=40), st.text(max_size=40))
def test_no_text_shows_a_key_in_a_log(before: str, after: str) -> None:
    shown = hide_keys(f"{before} {KEY} {after}")
    assert KEY not in shown
    assert shown == f"{before} {PREFIX}… {after}"


def test_a_wrong_key_is_hidden_as_well_for_it_may_be_a_slip() -> None:
    slip = KEY[:-1] + ("0" if KEY[-1] != "0" else "1")
    assert slip not in hide_keys(f'{{"Authorization": "Bearer {slip}"}}')
    assert hide_keys("duocite_log and duocite_x") == "duocite_log and duocite_x"
    assert FORM.search(slip)


def test_what_is_kept_tells_nothing_of_the_key() -> None:
    assert len(hash_key(KEY)) == 64
    assert hash_key(KEY) == hash_key(KEY) != hash_key(make_key())
    assert KEY[len(PREFIX) : 20] not in hash_key(KEY)
