"""What can go wrong, as one tree.

* DuociteError
  x SettingsError      a setting that can't be used
  x PromptError        a prompt or message file with wrong variables
  x SuiteError         an eval suite that can't be read
  x BatchError         a file of questions, or one line of it, that can't be read
  x StoreError         the store is locked, unreachable, empty, or made with another embedding
    x RetryableStoreError  a fault of the moment: somebody else writes, a server is down
  x IngestError        one document that can't be read (path and reason; the rest goes on)
  x ModelError         the language model: refused key, no such model, quota used up
    x RetryableModelError  a fault of the moment: rate-limited, timeout, unavailable, cut off
  x CatalogError       a catalog.yaml or glossary.yaml that can't be read
  x RequestError       an HTTP request that can't be taken: no token, too long, a wrong field
    x RetryableRequestError  one that can be taken later: there were too many
  x UserError          the file of users, or a change to it
  x GrantError         a key for programs that can't be made, found or revoked

Each carries a `code` (a key of `[errors]` in prompts/messages.*.toml, which holds what a person
reads, per language, and what to do) and the details that the message names.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar


class DuociteError(Exception):
    """Base of all errors that a person is shown as one line.

    `code` picks the message; `details` fill its variables; `retryable` says whether asking again
    without changing anything can help; `exit_code` is what the command line ends with.
    """

    retryable: ClassVar[bool] = False
    exit_code: ClassVar[int] = 3

    def __init__(self, code: str, **details: object) -> None:
        self.code = code
        self.details = details
        shown = ", ".join(f"{name}={value!r}" for name, value in details.items())
        super().__init__(f"{code}: {shown}" if shown else code)

    @property
    def name(self) -> str:
        """The branch of the tree, as messages and JSON name it: `store`, `model`."""
        family = [cls for cls in type(self).__mro__ if issubclass(cls, DuociteError)]
        return family[-2:][0].__name__.removesuffix("Error").lower()

    def to_json(self) -> dict[str, Any]:
        """What `read_error` makes the same error of. Values that JSON lacks become text."""
        values = {name: _plain(value) for name, value in self.details.items()}
        code = f"{self.name}.{self.code}"
        return {"code": code, "values": values, "retryable": self.retryable}


class SettingsError(DuociteError):
    exit_code = 2


class PromptError(DuociteError):
    exit_code = 2


class SuiteError(DuociteError):
    exit_code = 2


class CatalogError(DuociteError):
    exit_code = 2


class BatchError(DuociteError):
    exit_code = 2


class RequestError(DuociteError):
    exit_code = 2


class RetryableRequestError(RequestError):
    """A request that comes too soon."""

    retryable = True


class UserError(DuociteError):
    exit_code = 2


class GrantError(DuociteError):
    exit_code = 2


class StoreError(DuociteError):
    pass


class RetryableStoreError(StoreError):
    """A fault of the moment: another writer, a server that is down."""

    retryable = True


class IngestError(DuociteError):
    exit_code = 1


class ModelError(DuociteError):
    pass


class RetryableModelError(ModelError):
    """A fault of the moment: rate limit, timeout, server down."""

    retryable = True


def read_error(known: Mapping[str, Any]) -> DuociteError:
    """The error that `to_json` described; of a branch that isn't known, a plain DuociteError."""
    name, _, code = str(known.get("code")).rpartition(".")
    retryable = bool(known.get("retryable"))
    fitting = [cls for cls in _all_errors(DuociteError) if cls("").name == name]
    same = [cls for cls in fitting if cls.retryable == retryable]
    values = known.get("values")
    details = {str(key): value for key, value in values.items()} if values else {}
    chosen: type[DuociteError] = (*same, *fitting, DuociteError)[0]
    return chosen(code, **details)


def _all_errors(cls: type[DuociteError]) -> list[type[DuociteError]]:
    return [one for sub in cls.__subclasses__() for one in (sub, *_all_errors(sub))]


def _plain(value: object) -> object:
    return value if isinstance(value, str | int | float | bool | None) else str(value)
