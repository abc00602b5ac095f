"""What `duocite users` does: who may sign in, changed in the file of users."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from assistant import cli_output as output
from assistant.auth import parse_header
from assistant.commands import begin
from assistant.errors import SettingsError, UserError
from assistant.passwords import hash_password
from assistant.prompts import Messages
from assistant.settings import Settings
from assistant.users import Role, User, Users, change_users, check_name, fold_name, read_users

Ask = Callable[[str, str], str]
"""Asks for a password twice, with these two texts; the terminal doesn't show it."""


def add_user(name: str, role: Role, file: Path | None, ask: Ask | None) -> None:
    settings, messages = begin()
    path, folded = find_file(settings, file), check_name(name)
    refuse_known(folded, read_users(path) if path.exists() else {})
    user = User(folded, role, hash_password(_read_password(folded, ask, messages)))
    with change_users(path) as users:
        refuse_known(folded, users)
        users[folded] = user
    output.say(messages.text("cli.user_added", name=folded, role=role))


def change_password(name: str, file: Path | None, ask: Ask | None) -> None:
    settings, messages = begin()
    path = find_file(settings, file)
    user = find_user(name, read_users(path), path)
    kept = hash_password(_read_password(user.name, ask, messages))
    with change_users(path) as users:
        users[user.name] = replace(find_user(name, users, path), hash=kept)
    output.say(messages.text("cli.user_changed", name=user.name))


def remove_user(name: str, file: Path | None) -> None:
    settings, messages = begin()
    path = find_file(settings, file)
    if not path.exists():
        raise UserError("missing", path=path)
    with change_users(path) as users:
        user = users.pop(find_user(name, users, path).name)
    output.say(messages.text("cli.user_removed", name=user.name))


def list_users(file: Path | None, *, as_json: bool) -> None:
    """Names and roles; never what is kept of a password."""
    settings, messages = begin()
    users = read_users(find_file(settings, file)).values()
    if as_json:
        output.say_json({"users": [{"name": user.name, "role": user.role} for user in users]})
        return
    for user in users:
        output.say(messages.text("cli.user", name=user.name, role=user.role))


def find_file(settings: Settings, file: Path | None) -> Path:
    """The file that is named, else that of the settings; SettingsError "no_auth_file" or
    "auth_is_header"."""
    if file:
        return file
    if not settings.auth:
        raise SettingsError("no_auth_file")
    if parse_header(settings.auth):
        raise SettingsError("auth_is_header")
    return Path(settings.auth)


def find_user(name: str, users: Users, path: Path) -> User:
    """UserError "no_user"."""
    user = users.get(fold_name(name))
    if user is None:
        raise UserError("no_user", name=name, path=path)
    return user


def refuse_known(name: str, users: Users) -> None:
    """UserError "exists", be it in other letters: Anna and anna would be taken for each other."""
    if twin := next((one for one in users if one.casefold() == name.casefold()), None):
        raise UserError("exists", name=twin)


def _read_password(name: str, ask: Ask | None, messages: Messages) -> str:
    """From whoever sits there, or without `ask` from the first line of the standard input."""
    if ask:
        first = messages.text("cli.user_password", name=name)
        return ask(first, messages.text("cli.user_again"))
    line = sys.stdin.readline().rstrip("\r\n")
    if not line:
        raise UserError("no_password")
    return line
