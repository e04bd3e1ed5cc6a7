"""The accounts of the console: who may change which, and every change with its row in the audit log.

A change is asked for by an Actor. On the collector's own machine (a command) that is nobody of the console:
whoever may run it has the database anyway, and the log says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from sqlalchemy import Connection, func, select

from collector.people import audit, sessions
from collector.people.account import (
    COUNTY,
    NAME,
    Account,
    Actor,
    account_of_subject,
    columns,
    read_account,
    read_accounts,
    store,
    tidy_name,
    told,
)
from collector.people.person import APART, DUTIES, MAY, Action, Role
from collector.store.engine import lock_named
from collector.store.schema import person, register
from inventory.errors import InputError, Refused
from inventory.words import _

__all__ = [
    "Account",
    "Actor",
    "account_of_subject",
    "add_person",
    "end_sessions",
    "lock",
    "read_account",
    "read_accounts",
    "reset_totp",
    "set_name",
    "set_password",
    "set_roles",
    "set_subject",
    "store",
    "tidy_name",
    "told",
    "unlock",
]
_SCHOOL = re.compile(r"[0-9]{10}")
KEYS: tuple[Action, ...] = ("account_change", "role_grant")
"""What somebody must be able to do at all times, or nobody could ever let anybody in again."""


def add_person(connection: Connection, actor: Actor, new: Account, at: float) -> None:
    """Add an account. InputError for a name that is taken or none, for roles that do not go together and
    schools that the register lacks; Refused(403) where the actor may not."""
    _permit(actor, "account_change")
    if new.roles:
        _permit(actor, "role_grant")
    # Who makes an account for another person knows its first password.
    must_change = new.must_change or (actor.person is not None and new.password_hash != "")
    new = replace(new, id=tidy_name(new.id), made_at=at, must_change=must_change)
    if not NAME.fullmatch(new.id):
        raise InputError(
            _("%(name)s is no name for an account") % {"name": new.id[:64]},
            do=_("letters, digits, dots and dashes, at least two"),
        )
    _check_shown(new.name)
    if not new.password_hash and not new.oidc_subject:
        raise InputError(_("an account needs a password, or a subject of the county's sign-on"))
    _check_roles(connection, actor, new)
    lock_named(connection, "people")
    if read_account(connection, new.id):
        raise InputError(_("there is an account %(name)s already") % {"name": new.id})
    _check_subject(connection, new)
    connection.execute(person.insert().values(school_id=COUNTY, **columns(new)))
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


def set_name(connection: Connection, actor: Actor, person_id: str, name: str, at: float) -> Account:
    """Another name that is shown; sessions go on, for nobody may do more or less by it."""
    _permit(actor, "account_change")
    _check_shown(name)
    old = _held(connection, person_id)
    new = replace(old, name=name)
    _change(connection, actor, old, new, at, "person_renamed", ends_sessions=False)
    return new


def set_subject(connection: Connection, actor: Actor, person_id: str, subject: str, at: float) -> Account:
    """Another "issuer subject" at the county's sign-on, "" for none; sessions end. Whoever sets it decides
    who comes in, so it is a matter of the keepers of accounts, one's own too."""
    _permit(actor, "account_change")
    old = _held(connection, person_id)
    _permit_over(actor, old)
    new = replace(old, oidc_subject=subject)
    if not new.password_hash and not subject:
        raise InputError(_("an account needs a password, or a subject of the county's sign-on"))
    _check_subject(connection, new)
    _change(connection, actor, old, new, at, "subject_changed")
    return new


def end_sessions(connection: Connection, actor: Actor, person_id: str, mark: str, at: float) -> int:
    """End a session of a person by its mark, every one for ""; how many there were. One's own need
    no role."""
    if actor.person is None or actor.person.id != tidy_name(person_id):
        _permit(actor, "account_change")
    old = _held(connection, person_id)
    done = sessions.end_one(connection, old.id, mark) if mark else sessions.end_all(connection, old.id)
    if done:
        audit.write(connection, at, actor.by, "sessions_ended", old.id, after=done)
    return done


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


def _change(
    connection: Connection,
    actor: Actor,
    old: Account,
    new: Account,
    at: float,
    action: str,
    *,
    ends_sessions: bool = True,
) -> None:
    """The change itself. Sessions of the person end, whatever changed but the name that is shown."""
    _keep_the_keys(connection, old, new, separated=actor.separated)
    store(connection, new)
    if ends_sessions:
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
    the accounts, but not of those who hold another duty or may do more with accounts, or one could sign in as
    them."""
    if actor.person is None or actor.person.id == target.id:
        return
    _permit(actor, "account_change")
    person_over = target.person(separated=actor.separated)
    is_above = any(person_over.may(key) and not actor.person.may(key) for key in KEYS)
    if is_above or (actor.separated and DUTIES.keys() & set(target.roles)):
        raise Refused(
            _("the account holds a duty of its own"),
            do=_("wanzhao user passwd or totp-reset on the collector's machine"),
            status=403,
        )


def _check_shown(name: str) -> None:
    if not name.strip() or len(name) > 128:
        raise InputError(_("the name that is shown has 1 to 128 characters"))


def _check_subject(connection: Connection, new: Account) -> None:
    holder = account_of_subject(connection, new.oidc_subject)
    if holder is not None and holder.id != new.id:
        raise InputError(_("this subject of the county's sign-on has an account already"))


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
