"""Keys for programs: who may use the HTTP API, and for what. They lie in `state.db`, as hashes."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal, get_args

from assistant.errors import GrantError
from assistant.keyform import hash_key, make_key
from assistant.state import State, write_time
from assistant.users import fold_name

Scope = Literal["ask", "write"]
"""`ask`: ask, read and rate; `write`: bring documents in and take them out."""

SCOPES: tuple[Scope, ...] = get_args(Scope)
LONGEST_NAME = 100

_PERIOD = re.compile(r"([1-9]\d{0,3})([hdw])")
_UNITS = {"h": "hours", "d": "days", "w": "weeks"}
_COLUMNS = "number, name, hash, scopes, created, expires, used, revoked"


@dataclass(frozen=True, slots=True)
class Key:
    """What is kept of a key: never the key itself. Moments are UTC; `used` is a day, so that a
    thousand questions are one write."""

    number: int
    name: str
    hash: str = field(repr=False)
    scopes: frozenset[Scope]
    created: datetime
    expires: datetime | None = None
    used: date | None = None
    revoked: datetime | None = None

    def works(self, now: datetime) -> bool:
        return self.revoked is None and (self.expires is None or now < self.expires)

    def to_json(self) -> dict[str, Any]:
        """What `duocite keys list --json` lists."""
        return {
            "name": self.name,
            "scopes": sort_scopes(self.scopes),
            "created": self.created.isoformat(),
            "expires": self.expires.isoformat() if self.expires else None,
            "used": self.used.isoformat() if self.used else None,
            "revoked": self.revoked.isoformat() if self.revoked else None,
        }


class Keys:
    """The keys of one file; raises as `State`, too. A name is that of one key at a time; once it is
    revoked, another may have it."""

    def __init__(self, state: State, now: Callable[[], datetime] | None = None) -> None:
        self._state = state
        self._now = now or (lambda: datetime.now(UTC))

    def make(self, name: str, scopes: Collection[Scope], expires: datetime | None = None) -> str:
        """A new key, which can't be read again. GrantError "name", "exists", "no_scope" or
        "past"."""
        kept = check_name(name)
        if not scopes:
            raise GrantError("no_scope")
        if expires is not None and expires <= self._now():
            raise GrantError("past")
        key = make_key()
        created, until = write_time(self._now()), write_time(expires) if expires else None
        values = (kept, hash_key(key), " ".join(sort_scopes(scopes)), created, until)
        with self._state.write() as database:
            query = "select 1 from keys where name = ? and revoked is null"
            if database.execute(query, (kept,)).fetchone():
                raise GrantError("exists", name=kept)
            query = "insert into keys (name, hash, scopes, created, expires) values (?, ?, ?, ?, ?)"
            database.execute(query, values)
        return key

    def revoke(self, name: str) -> None:
        """GrantError "no_key" unless there is one of that name that isn't revoked yet."""
        query = "update keys set revoked = ? where name = ? and revoked is null"
        self._change(query, name, write_time(self._now()))

    def forget(self, name: str) -> None:
        """Take revoked and expired keys of that name out of the list. GrantError "works" for one
        that is neither, "no_key"."""
        kept, now = fold_name(name), self._now()
        if any(key.name == kept and key.works(now) for key in self.read()):
            raise GrantError("works", name=kept)
        query = "delete from keys where (revoked is not null or expires <= ?) and name = ?"
        self._change(query, name, write_time(now))

    def read(self) -> list[Key]:
        """All keys, the oldest first; those that were revoked, too."""
        with self._state.read() as database:
            return [
                _read_row(row)
                for row in database.execute(f"select {_COLUMNS} from keys order by number")
            ]

    def note_use(self, number: int, day: date) -> None:
        with self._state.write() as database:
            query = "update keys set used = ? where number = ?"
            database.execute(query, (day.isoformat(), number))

    def _change(self, query: str, name: str, moment: str) -> None:
        kept = fold_name(name)
        with self._state.write() as database:
            if not database.execute(query, (moment, kept)).rowcount:
                raise GrantError("no_key", name=kept)


def check_name(name: str) -> str:
    """A name as it is kept; GrantError "name" for one that a list or a log can't show."""
    folded = fold_name(name)
    if not (folded.isprintable() and 0 < len(folded) <= LONGEST_NAME):
        raise GrantError("name", name=name, longest=LONGEST_NAME)
    return folded


def parse_expiry(text: str, now: datetime) -> datetime:
    """The moment of `12h`, `90d`, `8w` from now, or of a day (2030-01-31, its beginning in UTC).

    GrantError "expires".
    """
    if found := _PERIOD.fullmatch(text.strip()):
        return now + timedelta(**{_UNITS[found[2]]: int(found[1])})
    try:
        day = date.fromisoformat(text.strip())
    except ValueError as error:
        raise GrantError("expires", value=text) from error
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def sort_scopes(scopes: Iterable[Scope]) -> list[Scope]:
    return [scope for scope in SCOPES if scope in set(scopes)]


def _read_row(row: Sequence[Any]) -> Key:
    number, name, kept, scopes, created, expires, used, revoked = row
    return Key(
        number,
        name,
        kept,
        frozenset(scope for scope in SCOPES if scope in scopes.split()),
        datetime.fromisoformat(created),
        _read_time(expires),
        date.fromisoformat(used) if used else None,
        _read_time(revoked),
    )


def _read_time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
