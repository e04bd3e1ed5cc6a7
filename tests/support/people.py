"""People for tests: accounts with a cheap hash, and a gate to sign in at."""

from __future__ import annotations

from typing import Any

import pytest
from argon2 import PasswordHasher
from sqlalchemy import Engine

from collector.config import ConsoleSettings
from collector.people import passwords
from collector.people.accounts import Account, Actor, add_person
from collector.people.entry import Gate
from collector.people.person import Role
from collector.store.peppers import Peppers

T0 = 1_800_000_000.0
MACHINE = Actor("os:root", "command")
GOOD = "correct horse 7"
PEPPERS = Peppers((("aaaaaaaa", bytes(range(32))),))


def make_hashing_cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Argon2 with parameters that only tests may have."""
    monkeypatch.setattr(passwords, "HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    passwords._nobody.cache_clear()


def gate(engine: Engine, **settings: Any) -> Gate:
    return Gate(engine, PEPPERS, ConsoleSettings(**settings))


def add(
    engine: Engine, name: str, *roles: Role, actor: Actor = MACHINE, at: float = T0, **more: Any
) -> Account:
    """An account with the password GOOD."""
    values: dict[str, Any] = {"password_hash": passwords.hashed(GOOD), "password_at": at} | more
    new = Account(id=name, name=f"{name}先生", roles=roles, **values)
    with engine.begin() as connection:
        add_person(connection, actor, new, at)
    return new
