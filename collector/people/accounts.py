"""The accounts of the console: who may change which, and every change with its row in the audit log.

A change is asked for by an Actor. On the collector's own machine (a command) that is nobody of the console:
whoever may run it has the database anyway, and the log says so.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any, cast

from sqlalchemy import Connection, Row, func, select

from collector.people import audit, sessions
from collector.people.audit import By
from collector.people.person import APART, DUTIES, MAY, Action, Person, Role
from collector.store.engine import lock_named
from collector.store.schema import person, register
from inventory.errors import InputError, Refused
from inventory.words import _

COUNTY = ""
_NAME = re.compile(r"\w[\w.@-]{1,63}")
_SCHOOL = re.compile(r"[0-9]{10}")
KEYS: tuple[Action, ...] = ("account_change", "role_grant")
"""What somebody must be able to do at all times, or nobody could ever let anybody in again."""


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
    if not _NAME.fullmatch(name):
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


def add_person(connection: Connection, actor: Actor, new: Account, at: float) -> None:
    """Add an account. InputError for a name that is taken or none, for roles that do not go together and
    schools that the register lacks; Refused(403) where the actor may not."""
    _permit(actor, "account_change")
    if new.roles:
        _permit(actor, "role_grant")
    # Who makes an account for another person knows its first password.
    must_change = new.must_change or (actor.person is not None and new.password_hash != "")
    new = replace(new, id=tidy_name(new.id), made_at=at, must_change=must_change)
    if not _NAME.fullmatch(new.id):
        raise InputError(
            _("%(name)s is no name for an account") % {"name": new.id[:64]},
            do=_("letters, digits, dots and dashes, at least two"),
        )
    if not new.name.strip() or len(new.name) > 128:
        raise InputError(_("the name that is shown has 1 to 128 characters"))
    if not new.password_hash and not new.oidc_subject:
        raise InputError(_("an account needs a password, or a subject of the county's sign-on"))
    _check_roles(connection, actor, new)
    lock_named(connection, "people")
    if read_account(connection, new.id):
        raise InputError(_("there is an account %(name)s already") % {"name": new.id})
    if account_of_subject(connection, new.oidc_subject):
        raise InputError(_("this subject of the county's sign-on has an account already"))
    connection.execute(person.insert().values(school_id=COUNTY, **_columns(new)))
    audit.write(connection, at, actor.by, "person_added", new.id, after=told(new))


def set_roles(
    connection: Connection,
    actor: Actor,
    person_id: str,
    roles: Iterable[Role],
    schools: Iterable[str],
    at: float,
) -> Account:
    """Give other roles; sessions end. Where duties are separated nobody gives himself one."""
    _permit(actor, "role_grant")
    old = _held(connection, person_id)
    new = replace(old, roles=tuple(dict.fromkeys(roles)), schools=tuple(dict.fromkeys(schools)))
    if actor.separated and actor.person and actor.person.id == old.id and set(new.roles) - set(old.roles):
        raise Refused(
            _("nobody may give himself a role where duties are separated"),
            do=_("another security administrator has to"),
            status=403,
        )
    _check_roles(connection, actor, new)
    _change(connection, actor, old, new, at, "roles_changed")
    return new


def set_password(
    connection: Connection, actor: Actor, person_id: str, password_hash: str, at: float, *, must_change: bool
) -> Account:
    """Another password, by the hash of it; sessions end, and an account locked by wrong tries opens."""
    old = _held(connection, person_id)
    _permit_over(actor, old)
    new = replace(
        old,
        password_hash=password_hash,
        password_at=at,
        must_change=must_change,
        failed=0,
        locked_until=None,
    )
    _change(connection, actor, old, new, at, "password_changed")
    return new


def lock(connection: Connection, actor: Actor, person_id: str, at: float) -> Account:
    """Let nobody sign in to an account any more; sessions end. Accounts are never deleted: the log names
    them."""
    _permit(actor, "account_change")
    old = _held(connection, person_id)
    new = replace(old, disabled_at=old.disabled_at or at)
    _change(connection, actor, old, new, at, "person_locked")
    return new


def unlock(connection: Connection, actor: Actor, person_id: str, at: float) -> Account:
    """Open an account that a person or wrong tries have locked."""
    _permit(actor, "account_change")
    old = _held(connection, person_id)
    new = replace(old, disabled_at=None, failed=0, locked_until=None)
    _change(connection, actor, old, new, at, "person_unlocked")
    return new


def reset_totp(connection: Connection, actor: Actor, person_id: str, at: float) -> Account:
    """Take an authenticator away (the telephone is lost); sessions end."""
    old = _held(connection, person_id)
    _permit_over(actor, old)
    new = replace(old, totp="", totp_new="")
    _change(connection, actor, old, new, at, "totp_removed")
    return new


def store(connection: Connection, account: Account) -> None:
    """Write an account back, without a row of the log: for what is none (a count of tries)."""
    connection.execute(
        person.update()
        .where(person.c.school_id == COUNTY, person.c.person_id == account.id)
        .values(**_columns(account))
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


def _change(connection: Connection, actor: Actor, old: Account, new: Account, at: float, action: str) -> None:
    """The change itself. Sessions of the person end, whatever changed."""
    _keep_the_keys(connection, old, new, separated=actor.separated)
    store(connection, new)
    sessions.end_all(connection, old.id)
    before, after = told(old), told(new)
    moved = [name for name in before if before[name] != after[name]]
    audit.write(
        connection,
        at,
        actor.by,
        action,
        old.id,
        {name: before[name] for name in moved},
        {name: after[name] for name in moved},
    )


def _held(connection: Connection, person_id: str) -> Account:
    """The account, which nobody else changes until the transaction ends."""
    lock_named(connection, "people")
    found = read_account(connection, person_id, for_update=True)
    if found is None:
        raise InputError(
            _("there is no account %(name)s") % {"name": person_id[:64]}, do=_("see wanzhao user list")
        )
    return found


def _permit(actor: Actor, action: Action) -> None:
    if actor.person is not None and not actor.person.may(action):
        raise Refused(_("your role does not allow this"), status=403)


def _permit_over(actor: Actor, target: Account) -> None:
    """Whether the actor may set a password or take an authenticator away: one's own; of others by who keeps
    the accounts, but not of those who hold another duty, or one could sign in as them."""
    if actor.person is None or actor.person.id == target.id:
        return
    _permit(actor, "account_change")
    if actor.separated and DUTIES.keys() & set(target.roles):
        raise Refused(
            _("the account holds a duty of its own"),
            do=_("wanzhao user passwd or totp-reset on the collector's machine"),
            status=403,
        )


def _check_roles(connection: Connection, actor: Actor, new: Account) -> None:
    if strangers := [role for role in new.roles if role not in MAY]:
        raise InputError(_("there is no role %(role)s") % {"role": strangers[0]})
    if actor.separated and len(APART.intersection(new.roles)) > 1:
        raise InputError(
            _("duties are separated: %(roles)s are not for one person")
            % {"roles": ", ".join(sorted(APART.intersection(new.roles)))}
        )
    if ("school_clerk" in new.roles) != bool(new.schools):
        raise InputError(_("a school clerk has schools, and nobody else has"))
    if not new.schools:
        return
    query = select(func.distinct(register.c.school_id)).where(
        register.c.school_id.in_(new.schools), register.c.valid_to.is_(None)
    )
    known = set(connection.execute(query).scalars())
    for school in new.schools:
        if not _SCHOOL.fullmatch(school) or school not in known:
            raise InputError(_("the register has no school %(school)s") % {"school": school[:64]})


def _keep_the_keys(connection: Connection, old: Account, new: Account, *, separated: bool) -> None:
    """InputError where a change would leave nobody who may change accounts, or give roles."""
    before = read_accounts(connection)
    after = [new if account.id == old.id else account for account in before]
    for action in KEYS:
        if _holders(before, action, separated) and not _holders(after, action, separated):
            raise InputError(
                _("%(name)s is the last who can do this: %(action)s") % {"name": old.id, "action": action},
                do=_("let another person have the role first"),
            )


def _holders(accounts: list[Account], action: Action, separated: bool) -> list[str]:
    return [
        account.id
        for account in accounts
        if account.disabled_at is None and account.person(separated=separated).may(action)
    ]


def _account(row: Row[Any]) -> Account:
    values = {name: getattr(row, name) for name in _PLAIN}
    return Account(
        id=row.person_id,
        roles=cast("tuple[Role, ...]", tuple(role for role in row.roles.split(",") if role in MAY)),
        schools=tuple(filter(None, row.schools.split(","))),
        must_change=bool(row.must_change),
        **values,
    )


def _columns(account: Account) -> dict[str, Any]:
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
