"""Signing in: by password, by the authenticator's code, by the county's sign-on.

One answer for every refusal, None: who asks learns neither which names there are nor why it was no. One
Argon2 is computed whatever the name, before the transaction begins, which then is short. The log says why.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from sqlalchemy import Connection, Engine

from collector.config import ConsoleSettings
from collector.people import audit, passwords, sessions, totp
from collector.people.accounts import (
    Account,
    Actor,
    account_of_subject,
    read_account,
    reset_totp,
    set_password,
    store,
)
from collector.people.audit import By
from collector.people.sessions import How
from collector.store.peppers import Peppers
from inventory.errors import InputError
from inventory.words import _

Due = Literal["", "password", "totp"]
DAY_S = 86400.0


@dataclass(frozen=True, slots=True)
class Gate:
    """What signing in needs."""

    engine: Engine
    peppers: Peppers
    settings: ConsoleSettings


@dataclass(frozen=True, slots=True)
class Entered:
    """Somebody is in: the token for the cookie. ``needs_code``: only as far as the second page."""

    account: Account
    token: str
    needs_code: bool = False


@dataclass(frozen=True, slots=True)
class Inside:
    """Who a session belongs to, and what has to be done before anything else."""

    account: Account
    how: How
    due: Due


def by_password(gate: Gate, name: str, password: str, origin: str, now: float) -> Entered | None:
    """The first step: a whole session, or one for the second page where there is an authenticator."""
    with gate.engine.connect().execution_options(reads_only=True) as connection:
        seen = read_account(connection, name)
    kept = seen.password_hash if seen else ""
    is_right = passwords.matches(kept, password)
    fresh = passwords.hashed(password) if is_right and passwords.is_outdated(kept) else kept
    with gate.engine.begin() as connection:
        account = read_account(connection, name, for_update=True)
        if account is None:
            audit.write(connection, now, By("", origin), "sign_in_refused", "", after="unknown name")
            return None
        by = By(account.id, origin)
        if account.is_locked(now):
            audit.write(connection, now, by, "sign_in_refused", account.id, after="locked")
            return None
        if not is_right or account.password_hash != kept:
            _count_wrong(connection, gate.settings, account, by, now, "wrong password")
            return None
        account = replace(account, password_hash=fresh)
        if account.totp:
            store(connection, account)
            return Entered(account, sessions.begin(connection, account.id, "code", now, gate.settings), True)
        return _let_in(connection, gate.settings, account, by, "password", now)


def by_code(gate: Gate, token: str, code: str, origin: str, now: float) -> Entered | None:
    """The second step, with the token of the first; its session ends when the code is right, or when the
    account is locked."""
    with gate.engine.begin() as connection:
        found = sessions.find(connection, token, now, gate.settings)
        if found is None or found.how != "code":
            return None
        account = read_account(connection, found.person_id, for_update=True)
        if account is None or account.is_locked(now):
            sessions.end(connection, token)
            return None
        by = By(account.id, origin)
        secret = totp.unseal(gate.peppers, account.totp)
        step = totp.step_of(secret, code, now, account.totp_step) if secret else None
        if step is None:
            _count_wrong(connection, gate.settings, account, by, now, "wrong code")
            return None
        sessions.end(connection, token)
        account = replace(account, totp_step=step)
        return _let_in(connection, gate.settings, account, by, "password", now)


def by_subject(gate: Gate, subject: str, origin: str, now: float) -> Entered | None:
    """By the county's sign-on, which has asked for whatever it asks for: only an account that is there."""
    with gate.engine.begin() as connection:
        account = account_of_subject(connection, subject)
        # Wrong passwords do not lock this way in: whoever guesses them has not been at the issuer.
        if account is None or account.disabled_at is not None:
            by = By(account.id if account else "", origin)
            why = "locked" if account else "unknown subject"
            audit.write(connection, now, by, "sign_in_refused", subject, after=why)
            return None
        return _let_in(connection, gate.settings, account, By(account.id, origin), "oidc", now)


def inside(gate: Gate, token: str, now: float) -> Inside | None:
    """Who a token lets in, now; None for a session that is over, or is not more than the first step."""
    with gate.engine.connect().execution_options(reads_only=True) as connection:
        found = sessions.find(connection, token, now, gate.settings)
        if found is None or found.how == "code":
            return None
        account = read_account(connection, found.person_id)
    if account is None or account.disabled_at is not None:
        return None
    if found.is_stale:
        with gate.engine.begin() as connection:
            sessions.touch(connection, token, now)
    return Inside(account, found.how, due(account, found.how, now, gate.settings))


def due(account: Account, how: How, now: float, settings: ConsoleSettings) -> Due:
    """What a person who has signed in has to do first. The county's sign-on has its own rules."""
    if how == "oidc":
        return ""
    age_s = now - (account.password_at or 0.0)
    if account.must_change or (settings.password_days and age_s >= settings.password_days * DAY_S):
        return "password"
    return "totp" if settings.require_totp and not account.totp else ""


def leave(gate: Gate, token: str, origin: str, now: float) -> None:
    """Sign out: the session ends here, not only in the browser."""
    with gate.engine.begin() as connection:
        found = sessions.find(connection, token, now, gate.settings)
        sessions.end(connection, token)
        if found is not None and found.how != "code":
            audit.write(connection, now, By(found.person_id, origin), "sign_out", found.person_id)


def proves(gate: Gate, account: Account, password: str, origin: str, now: float) -> bool:
    """Whether who is signed in knows the account's password; a wrong one counts as a wrong try."""
    is_right = passwords.matches(account.password_hash, password)
    with gate.engine.begin() as connection:
        held = read_account(connection, account.id, for_update=True)
        if held is None or held.is_locked(now):
            return False
        if not is_right or held.password_hash != account.password_hash:
            _count_wrong(connection, gate.settings, held, By(held.id, origin), now, "wrong password")
            return False
    return True


def change_password(gate: Gate, inside_: Inside, old: str, new: str, origin: str, now: float) -> str:
    """Another password for oneself; gives back the token of the one session that is left, a new one.
    InputError says what is wrong."""
    account = inside_.account
    if not proves(gate, account, old, origin, now):
        raise InputError(_("the old password is wrong, or the account is locked"))
    names = (account.id, account.name)
    passwords.check_new(new, length=gate.settings.password_length, names=names, old=old)
    kept = passwords.hashed(new)
    actor = Actor(account.id, origin, account.person(separated=gate.settings.separate_duties))
    with gate.engine.begin() as connection:
        set_password(connection, actor, account.id, kept, now, must_change=False)
        return sessions.begin(connection, account.id, inside_.how, now, gate.settings)


def remove_totp(gate: Gate, inside_: Inside, password: str, origin: str, now: float) -> str:
    """Take one's own authenticator away; gives back the token of the one session that is left, a new one."""
    account = inside_.account
    if not proves(gate, account, password, origin, now):
        raise InputError(_("the old password is wrong, or the account is locked"))
    actor = Actor(account.id, origin, account.person(separated=gate.settings.separate_duties))
    with gate.engine.begin() as connection:
        reset_totp(connection, actor, account.id, now)
        return sessions.begin(connection, account.id, inside_.how, now, gate.settings)


def begin_totp(gate: Gate, account: Account) -> str:
    """A new secret for an authenticator, which counts when a code of it has come."""
    secret = totp.new_secret()
    with gate.engine.begin() as connection:
        held = read_account(connection, account.id, for_update=True)
        if held is None or held.totp:
            raise InputError(_("there is an authenticator already; remove it first"))
        store(connection, replace(held, totp_new=totp.seal(gate.peppers, secret)))
    return secret


def confirm_totp(gate: Gate, account: Account, code: str, origin: str, now: float) -> bool:
    """Make the new authenticator count, by its first code."""
    with gate.engine.begin() as connection:
        held = read_account(connection, account.id, for_update=True)
        secret = totp.unseal(gate.peppers, held.totp_new) if held else None
        step = totp.step_of(secret, code, now, held.totp_step) if held and secret else None
        if held is None or step is None:
            return False
        store(connection, replace(held, totp=held.totp_new, totp_new="", totp_step=step))
        audit.write(connection, now, By(held.id, origin), "totp_set", held.id)
    return True


def _let_in(
    connection: Connection, settings: ConsoleSettings, account: Account, by: By, how: How, now: float
) -> Entered:
    account = replace(account, failed=0, locked_until=None)
    store(connection, account)
    sessions.delete_over(connection, now)
    token = sessions.begin(connection, account.id, how, now, settings)
    audit.write(connection, now, by, "sign_in", account.id, after=how)
    return Entered(account, token)


def _count_wrong(
    connection: Connection, settings: ConsoleSettings, account: Account, by: By, now: float, why: str
) -> None:
    failed = account.failed + 1
    is_last = failed >= settings.lock_after
    until = now + settings.lock_minutes * 60.0 if is_last else None
    store(connection, replace(account, failed=0 if is_last else failed, locked_until=until))
    audit.write(connection, now, by, "sign_in_refused", account.id, after=why)
    if is_last:
        audit.write(connection, now, by, "locked_out", account.id, after={"until": until})
