"""The people of the console: who has an account, how it stands, who has signed in."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from collector.console.frame import Console, Data, NotFound, Page
from collector.judging import register_at
from collector.people.accounts import Account, read_account, read_accounts
from collector.people.audit import last_sign_ins
from collector.people.oidc import subject_of
from collector.people.person import ROLES, Session
from collector.people.sessions import Live, live
from inventory.words import _

PER_PAGE = 50
STATES: dict[str, Callable[[Account, float], bool]] = {
    "open": lambda one, now: not one.is_locked(now),
    "locked": lambda one, now: one.is_locked(now) and one.disabled_at is None,
    "disabled": lambda one, _now: one.disabled_at is not None,
    "must_change": lambda one, _now: one.must_change,
    "no_role": lambda one, _now: not one.roles,
    "no_totp": lambda one, _now: one.password_hash != "" and not one.totp,
}
"""How an account can stand; one can be several. The first three are asked in this order for a line."""


@dataclass(frozen=True, slots=True)
class PersonLine:
    """An account for a page: what it is, without what nobody may see. ``state`` is "open", "locked" (by wrong
    tries) or "disabled"; ``subject`` is what the county's sign-on calls the person."""

    id: str
    name: str
    roles: tuple[str, ...]
    schools: tuple[str, ...]
    state: str
    until: float | None
    has_password: bool
    must_change: bool
    password_at: float | None
    has_totp: bool
    subject: str
    made_at: float
    signed_in_at: float | None = None


async def people(console: Console, request: Request, session: Session) -> Page:
    """Every account that a text, a role and a state take, by name."""
    return await list_page(console, request, session)


async def list_page(
    console: Console, request: Request, session: Session, more: Data | None = None, status: int = 200
) -> Page:
    """The list, after a form too: ``more`` then holds what it came to."""
    told = request.query_params
    text = told.get("text", "").strip()[:100]
    role, state = told.get("role", ""), told.get("state", "")
    number = told.get("page", "1")
    now = time.time()

    def read() -> tuple[list[Account], int, int, dict[str, float]]:
        with console.engine.connect().execution_options(reads_only=True) as connection:
            found = [one for one in read_accounts(connection) if _takes(one, text, role, state, now)]
            pages = max(1, -(-len(found) // PER_PAGE))
            at = min(int(number) if number.isdecimal() and 0 < len(number) < 6 else 1, pages) or 1
            shown = found[(at - 1) * PER_PAGE : at * PER_PAGE]
            return shown, len(found), at, last_sign_ins(connection, [one.id for one in shown])

    shown, found, at, signed_in = await run_in_threadpool(read)
    data: Data = {
        **_shared(console, session),
        "text": text,
        "role": role,
        "state_asked": state,
        "states": list(STATES),
        "lines": [line_of(one, now, signed_in.get(one.id)) for one in shown],
        "found": found,
        "number": at,
        "pages": max(1, -(-found // PER_PAGE)),
    }
    return Page("people", {**data, **(more or {})}, status)


async def person(console: Console, request: Request, session: Session) -> Page:
    """One account, its sessions, and the forms that change it."""
    return await person_page(console, request, session, {"done": request.query_params.get("done", "")})


async def person_page(
    console: Console, request: Request, session: Session, more: Data, status: int = 200
) -> Page:
    """The page of an account, after a form too. NotFound where there is none of the name."""
    name = request.path_params["person"]
    now = time.time()

    def read() -> tuple[Account | None, float | None, list[Live], dict[str, str]]:
        with console.engine.connect().execution_options(reads_only=True) as connection:
            account = read_account(connection, name)
            if account is None:
                return None, None, [], {}
            signed_in = last_sign_ins(connection, [account.id]).get(account.id)
            return (
                account,
                signed_in,
                live(connection, account.id, now, console.settings),
                school_names(connection, now) if account.schools else {},
            )

    account, signed_in, sessions, names = await run_in_threadpool(read)
    if account is None:
        raise NotFound(_("there is no account %(name)s") % {"name": name[:64]})
    data: Data = {
        **_shared(console, session),
        "account": line_of(account, now, signed_in),
        "plain_subject": _plain_subject(console, account),
        "sessions": sessions,
        "school_names": names,
        "is_own": account.id == session.person.id,
        "sections": _sections(console, session, account),
    }
    return Page("person", {**data, **more}, status)


def line_of(account: Account, now: float, signed_in_at: float | None = None) -> PersonLine:
    """What a page may show of an account."""
    return PersonLine(
        id=account.id,
        name=account.name,
        roles=account.roles,
        schools=account.schools,
        state=next(state for state, holds in reversed(_STANDS) if holds(account, now)),
        until=account.locked_until if account.disabled_at is None else None,
        has_password=account.password_hash != "",
        must_change=account.must_change,
        password_at=account.password_at,
        has_totp=account.totp != "",
        subject=account.oidc_subject,
        made_at=account.made_at,
        signed_in_at=signed_in_at,
    )


def school_names(connection: Connection, now: float) -> dict[str, str]:
    """The schools of the register by their codes."""
    return {school.id: school.name for school in register_at(connection, now).schools}


def _shared(console: Console, session: Session) -> Data:
    """What the list and a person's page have in common: ``form`` is what a refused form held."""
    return {
        "view": console.view(console.plan("").profile.id),
        "roles": dict(ROLES),
        "may_change": session.person.may("account_change"),
        "may_grant": session.person.may("role_grant"),
        "separated": session.person.separated,
        "has_oidc": console.settings.oidc is not None,
        "at": time.time(),
        "form": {},
        "do": "",
        "error": "",
        "done": "",
        "password": "",
        "password_of": "",
    }


def _plain_subject(console: Console, account: Account) -> str:
    """The subject as the county's sign-on says it, to be changed in a form; one of another issuer is none."""
    issuer = subject_of(console.settings.oidc.issuer, "") if console.settings.oidc else ""
    is_ours = issuer != "" and account.oidc_subject.startswith(issuer)
    return account.oidc_subject.removeprefix(issuer) if is_ours else ""


def _sections(console: Console, session: Session, account: Account) -> list[str]:
    """Which forms the page has for who looks at it."""
    is_own = account.id == session.person.id
    keeps, grants = session.person.may("account_change"), session.person.may("role_grant")
    shown = {
        "name": keeps,
        "roles": grants,
        "password": keeps and not is_own,
        "subject": keeps and not is_own and console.settings.oidc is not None,
        "totp": keeps and not is_own and account.totp != "",
        "lock": keeps and not is_own and account.disabled_at is None,
        "unlock": keeps and account.is_locked(time.time()),
        "end": keeps or is_own,
    }
    return [name for name, is_shown in shown.items() if is_shown]


def _takes(one: Account, text: str, role: str, state: str, now: float) -> bool:
    fields = (one.id, one.name, one.oidc_subject, *one.schools)
    has_state = STATES[state](one, now) if state in STATES else state == ""
    return (
        any(text.casefold() in each.casefold() for each in fields) and role in ("", *one.roles) and has_state
    )


_STANDS = list(STATES.items())[:3]
