"""Keys for programs, made and ended in a file."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import GrantError
from assistant.keyform import hash_key, is_key
from assistant.keys import LONGEST_NAME, Key, Keys, check_name, parse_expiry
from assistant.state import State

NOON = datetime(2030, 6, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def state(tmp_path: Path) -> Iterator[State]:
    with closing(State(tmp_path / "data")) as opened:
        yield opened


@pytest.fixture
def keys(state: State) -> Keys:
    return Keys(state, lambda: NOON)


def code_of(call: object, *args: object) -> str:
    with pytest.raises(GrantError) as caught:
        call(*args)  # type: ignore[operator]
    return caught.value.code


def test_a_key_is_kept_as_a_hash_alone(keys: Keys, state: State) -> None:
    made = keys.make("dashboard", ["ask"])
    assert is_key(made)
    [kept] = keys.read()
    assert kept.hash == hash_key(made)
    assert (kept.name, kept.scopes, kept.created) == ("dashboard", frozenset({"ask"}), NOON)
    assert (kept.expires, kept.used, kept.revoked) == (None, None, None)
    files = [path.read_bytes() for path in state.path.parent.iterdir() if path.is_file()]
    assert any(hash_key(made).encode() in content for content in files)
    assert not any(made[8:51].encode() in content for content in files)
    assert made not in repr(kept)
    assert kept.hash not in repr(kept)
    assert kept.hash not in str(kept.to_json())


def test_a_key_works_until_it_is_revoked_or_expires(keys: Keys) -> None:
    keys.make("short", ["ask"], NOON + DAY)
    keys.make("long", ["write", "ask"])
    short, long = keys.read()
    assert short.works(NOON + DAY - timedelta(microseconds=1))
    assert not short.works(NOON + DAY)
    assert long.works(NOON + 10_000 * DAY)
    keys.revoke("long")
    [_, ended] = keys.read()
    assert ended.revoked == NOON
    assert not ended.works(NOON)
    assert ended.to_json() == {
        "name": "long",
        "scopes": ["ask", "write"],
        "created": NOON.isoformat(),
        "expires": None,
        "used": None,
        "revoked": NOON.isoformat(),
    }


def test_a_name_is_that_of_one_key_at_a_time(keys: Keys) -> None:
    first = keys.make(" dashboard ", ["ask"])
    assert code_of(keys.make, "dashboard", ["write"]) == "exists"
    keys.revoke("dashboard")
    second = keys.make("dashboard", ["write"])
    assert [key.hash for key in keys.read()] == [hash_key(first), hash_key(second)]
    keys.revoke("dashboard")
    assert all(key.revoked for key in keys.read())


def test_of_many_who_make_the_same_name_one_does(state: State) -> None:
    def make(_: int) -> str | None:
        with closing(State(state.path.parent)) as own:
            try:
                return Keys(own).make("same", ["ask"])
            except GrantError:
                return None

    with ThreadPoolExecutor(8) as threads:
        made = [key for key in threads.map(make, range(8)) if key]
    assert len(made) == 1
    assert [key.hash for key in Keys(state).read()] == [hash_key(made[0])]


def test_what_is_not_there_can_not_be_ended(keys: Keys) -> None:
    assert code_of(keys.revoke, "none") == "no_key"
    keys.make("a", ["ask"])
    keys.revoke("a")
    assert code_of(keys.revoke, "a") == "no_key"
    assert code_of(keys.forget, "none") == "no_key"


def test_what_still_works_is_not_forgotten(keys: Keys) -> None:
    keys.make("a", ["ask"])
    keys.revoke("a")
    keys.make("a", ["ask"])
    keys.make("b", ["ask"])
    assert code_of(keys.forget, "a") == "works"
    assert len(keys.read()) == 3
    keys.revoke("a")
    keys.forget("a")
    assert [key.name for key in keys.read()] == ["b"]


def test_what_has_expired_can_be_forgotten(keys: Keys, state: State) -> None:
    keys.make("a", ["ask"], NOON + DAY)
    assert code_of(keys.forget, "a") == "works"
    Keys(state, lambda: NOON + DAY).forget("a")
    assert keys.read() == []


def test_a_key_for_nothing_or_for_no_time_is_refused(keys: Keys) -> None:
    assert code_of(keys.make, "a", []) == "no_scope"
    assert code_of(keys.make, "a", ["ask"], NOON) == "past"
    assert keys.read() == []


@pytest.mark.parametrize("name", ["", "   ", "a\nb", "a\x1b[2J", "x" * (LONGEST_NAME + 1)])
def test_a_name_can_be_shown(keys: Keys, name: str) -> None:
    assert code_of(keys.make, name, ["ask"]) == "name"


@given(st.text(max_size=LONGEST_NAME))
def test_a_name_that_is_kept_stays_as_it_is(name: str) -> None:
    try:
        kept = check_name(name)
    except GrantError:
        return
    assert check_name(kept) == kept


def test_the_day_of_its_use_is_kept(keys: Keys) -> None:
    keys.make("a", ["ask"])
    keys.make("b", ["ask"])
    keys.note_use(keys.read()[1].number, date(2030, 6, 2))
    assert [key.used for key in keys.read()] == [None, date(2030, 6, 2)]


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("12h", NOON + timedelta(hours=12)),
        ("90d", NOON + 90 * DAY),
        (" 8w ", NOON + 56 * DAY),
        ("2031-01-31", datetime(2031, 1, 31, tzinfo=UTC)),
    ],
)
def test_an_end_is_a_time_from_now_or_a_day(text: str, moment: datetime) -> None:
    assert parse_expiry(text, NOON) == moment


@pytest.mark.parametrize(
    "text", ["", "0d", "-1d", "90", "d", "1.5d", "90 d", "99999w", "2030-02-30", "soon", "１d"]
)
def test_any_other_end_is_refused(text: str) -> None:
    with pytest.raises(GrantError, match="expires"):
        parse_expiry(text, NOON)


@given(st.integers(1, 9999), st.sampled_from("hdw"))
def test_an_end_that_is_taken_lies_ahead(number: int, unit: str) -> None:
    assert parse_expiry(f"{number}{unit}", NOON) > NOON


def test_a_scope_that_is_not_known_gives_nothing(keys: Keys, state: State) -> None:
    keys.make("a", ["ask"])
    with state.write() as database:
        database.execute("update keys set scopes = 'ask admin'")
    [key] = keys.read()
    assert isinstance(key, Key)
    assert key.scopes == {"ask"}
