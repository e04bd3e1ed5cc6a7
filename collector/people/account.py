"""An account of the console: what it holds, how it stands in the store, and who asks to change one."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from typing import Any, cast

from sqlalchemy import Connection, Row, select

from collector.people.audit import By
from collector.people.person import MAY, Person, Role
from collector.store.schema import person

COUNTY = ""
NAME = re.compile(r"\w[\w.@-]{1,63}")
"""The name that signs in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An account as it stands; times in seconds since 1970. ``disabled_at``: locked by a person,
    ``locked_until``: by wrong tries. ``oidc_subject``: "issuer subject" at the county's sign-on."""

    id: str
    name: str
    roles: tuple[Role, ...]
    schools: tuple[str, ...] = ()
    made_at: float = 0.0
    password_at: float | None = None
    must_change: bool = False
    disabled_at: float | None = None
    failed: int = 0
    locked_until: float | None = None
    oidc_subject: str = ""
    password_hash: str = field(default="", repr=False)
    totp: str = field(default="", repr=False)
    totp_new: str = field(default="", repr=False)
    totp_step: int = 0

    def person(self, *, separated: bool) -> Person:
        """Who this is for the pages."""
        return Person(id=self.id, name=self.name, roles=self.roles, schools=self.schools, separated=separated)

    def is_locked(self, now: float) -> bool:
        """Whether nobody may sign in to it now."""
        return self.disabled_at is not None or (self.locked_until is not None and now < self.locked_until)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who changes accounts, and from where. ``person`` None: a command on the collector's own machine."""

    who: str
    origin: str
    person: Person | None = None
    separated: bool = False

    @property
    def by(self) -> By:
        return By(self.who, self.origin)


def tidy_name(text: str) -> str:
    """The name that signs in, in one form: small letters, no full-width ones."""
    return unicodedata.normalize("NFKC", text).casefold().strip()


def read_account(connection: Connection, person_id: str, *, for_update: bool = False) -> Account | None:
    """The account of a name, or None. ``for_update``: nobody else changes it until the transaction ends."""
    name = tidy_name(person_id[:256])
    if not NAME.fullmatch(name):
        return None
    query = select(person).where(person.c.school_id == COUNTY, person.c.person_id == name)
    row = connection.execute(query.with_for_update() if for_update else query).first()
    return _account(row) if row else None


def read_accounts(connection: Connection) -> list[Account]:
    """Every account, by name."""
    query = select(person).where(person.c.school_id == COUNTY).order_by(person.c.person_id)
    return [_account(row) for row in connection.execute(query)]


def account_of_subject(connection: Connection, subject: str) -> Account | None:
    """The account of a subject of the county's sign-on."""
    query = select(person).where(person.c.school_id == COUNTY, person.c.oidc_subject == subject)
    row = connection.execute(query).first() if subject else None
    return _account(row) if row else None


def store(connection: Connection, account: Account) -> None:
    """Write an account back, without a row of the log: for what is none (a count of tries)."""
    connection.execute(
        person.update()
        .where(person.c.school_id == COUNTY, person.c.person_id == account.id)
        .values(**columns(account))
    )


def told(account: Account) -> dict[str, Any]:
    """What the log and machines may know of an account: no hash, no secret."""
    return {
        "id": account.id,
        "name": account.name,
        "roles": list(account.roles),
        "schools": list(account.schools),
        "password_at": account.password_at,
        "must_change": account.must_change,
        "disabled_at": account.disabled_at,
        "locked_until": account.locked_until,
        "totp": bool(account.totp),
        "oidc_subject": account.oidc_subject,
    }


def _account(row: Row[Any]) -> Account:
    values = {name: getattr(row, name) for name in _PLAIN}
    return Account(
        id=row.person_id,
        roles=cast("tuple[Role, ...]", tuple(role for role in row.roles.split(",") if role in MAY)),
        schools=tuple(filter(None, row.schools.split(","))),
        must_change=bool(row.must_change),
        **values,
    )


def columns(account: Account) -> dict[str, Any]:
    return {
        "person_id": account.id,
        "roles": ",".join(account.roles),
        "schools": ",".join(account.schools),
        "must_change": int(account.must_change),
        **{name: getattr(account, name) for name in _PLAIN},
    }


_PLAIN = (
    "name",
    "made_at",
    "password_at",
    "disabled_at",
    "failed",
    "locked_until",
    "oidc_subject",
    "password_hash",
    "totp",
    "totp_new",
    "totp_step",
)
