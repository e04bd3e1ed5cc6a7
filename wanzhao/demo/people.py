"""Somebody who can sign in to the demo's console: an administrator with a password of this one run."""

from __future__ import annotations

import secrets
import time

from collector.people.accounts import Account, Actor, add_person
from collector.people.passwords import hashed
from collector.store.engine import open_store

NAME = "demo"
OCTETS = 12


def add_administrator(database_url: str) -> str:
    """Add the administrator; the answer is the password, which stands nowhere else."""
    password = secrets.token_urlsafe(OCTETS)
    account = Account(
        id=NAME,
        name="demo",
        roles=("county_admin",),
        password_hash=hashed(password),
        password_at=time.time(),
    )
    engine = open_store(database_url)
    with engine.begin() as connection:
        add_person(connection, Actor("demo", "command"), account, time.time())
    engine.dispose()
    return password
