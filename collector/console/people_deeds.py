"""What the forms about people do. Every change goes through collector.people.accounts, which says who may and
writes the log; a form that was refused comes back with what it held."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from collector.console.frame import Console, Data, Page, form_of
from collector.console.people import list_page, person_page, school_names
from collector.people import accounts, passwords
from collector.people.accounts import Account, Actor, read_account
from collector.people.oidc import subject_of
from collector.people.person import ROLES, Role, Session
from collector.web.visit import origin_of
from inventory.errors import InputError, Refused
from inventory.words import _

SUBJECT_LENGTH = 255
"""OpenID Connect Core 1.0, 2: "sub" has no more characters."""
_BETWEEN = re.compile(r"[\s,;、,;]+")


@dataclass(frozen=True, slots=True)
class Ask:
    """A form about an account: whose, by whom, what it holds."""

    console: Console
    actor: Actor
    person: str
    form: Mapping[str, str]
    at: float


Deed = Callable[[Ask], str]
"""What a form does; gives back the password that is to be shown once, or "". Runs in a thread."""


async def add_deed(console: Console, request: Request, session: Session) -> Page:
    """Add an account. Its first password is made here, and shown in the answer alone."""
    form = await form_of(request, session)
    name = accounts.tidy_name(form.get("person", "")[:256])
    try:
        password = await run_in_threadpool(_add, _ask(console, request, session, form, name))
    except (InputError, Refused) as error:
        wrong, status = _wrong(error, form)
        return await list_page(console, request, session, wrong, status)
    more: Data = {"done": "added", "password": password, "password_of": name}
    return await list_page(console, request, session, more)


async def person_deed(console: Console, request: Request, session: Session) -> Page | Response:
    """Change an account as the field ``do`` says."""
    form = await form_of(request, session)
    name = accounts.tidy_name(request.path_params["person"])
    do = form.get("do", "")
    try:
        if do not in DEEDS:
            raise InputError(_("the form is not known"))
        if do in FOR_OTHERS and name == session.person.id:
            raise Refused(
                _("this is your own account"),
                do=_("your password and authenticator are under My account; for the rest ask another person"),
                status=403,
            )
        password = await run_in_threadpool(DEEDS[do], _ask(console, request, session, form, name))
    except (InputError, Refused) as error:
        wrong, status = _wrong(error, form)
        return await person_page(console, request, session, wrong, status)
    if password:
        shown: Data = {"done": do, "password": password, "password_of": name}
        return await person_page(console, request, session, shown)
    return RedirectResponse(f"/console/people/{quote(name, safe='')}?done={do}", status_code=303)


def _ask(console: Console, request: Request, session: Session, form: Mapping[str, str], name: str) -> Ask:
    person = session.person
    actor = Actor(person.id, origin_of(request), person, separated=person.separated)
    return Ask(console, actor, name, form, time.time())


def _wrong(error: InputError | Refused, form: Mapping[str, str]) -> tuple[Data, int]:
    """What a page shows of a form that was refused, and the status of the answer."""
    status = error.status if isinstance(error, Refused) else 422
    return {"error": str(error), "form": dict(form), "do": form.get("do", "")}, status


def _add(ask: Ask) -> str:
    shown = ask.form.get("name", "").strip() or ask.person
    subject = _subject(ask)
    password = "" if subject else _one_time(ask, shown)
    new = Account(
        id=ask.person,
        name=shown,
        roles=_roles(ask),
        schools=_schools(ask),
        password_hash=passwords.hashed(password) if password else "",
        password_at=ask.at if password else None,
        oidc_subject=subject,
    )
    with ask.console.engine.begin() as connection:
        accounts.add_person(connection, ask.actor, new, ask.at)
    return password


def _name(ask: Ask) -> str:
    with ask.console.engine.begin() as connection:
        accounts.set_name(connection, ask.actor, ask.person, ask.form.get("name", "").strip(), ask.at)
    return ""


def _set_roles(ask: Ask) -> str:
    roles, schools = _roles(ask), _schools(ask)
    with ask.console.engine.begin() as connection:
        accounts.set_roles(connection, ask.actor, ask.person, roles, schools, ask.at)
    return ""


def _password(ask: Ask) -> str:
    with ask.console.engine.connect().execution_options(reads_only=True) as connection:
        account = read_account(connection, ask.person)
    password = _one_time(ask, account.name if account else "")
    kept = passwords.hashed(password)
    with ask.console.engine.begin() as connection:
        accounts.set_password(connection, ask.actor, ask.person, kept, ask.at, must_change=True)
    return password


def _set_subject(ask: Ask) -> str:
    subject = _subject(ask)
    with ask.console.engine.begin() as connection:
        accounts.set_subject(connection, ask.actor, ask.person, subject, ask.at)
    return ""


def _totp(ask: Ask) -> str:
    with ask.console.engine.begin() as connection:
        accounts.reset_totp(connection, ask.actor, ask.person, ask.at)
    return ""


def _lock(ask: Ask) -> str:
    with ask.console.engine.begin() as connection:
        accounts.lock(connection, ask.actor, ask.person, ask.at)
    return ""


def _unlock(ask: Ask) -> str:
    with ask.console.engine.begin() as connection:
        accounts.unlock(connection, ask.actor, ask.person, ask.at)
    return ""


def _end(ask: Ask) -> str:
    with ask.console.engine.begin() as connection:
        accounts.end_sessions(connection, ask.actor, ask.person, ask.form.get("session", ""), ask.at)
    return ""


DEEDS: dict[str, Deed] = {
    "name": _name,
    "roles": _set_roles,
    "password": _password,
    "subject": _set_subject,
    "totp": _totp,
    "lock": _lock,
    "unlock": _unlock,
    "end": _end,
}
"""What the forms of a person's page do, by the field ``do``."""
FOR_OTHERS = frozenset({"password", "subject", "totp", "lock"})
"""What nobody does here to the own account: a browser that was left open would be enough to take it over, or
to shut its person out."""


def _one_time(ask: Ask, shown: str) -> str:
    return passwords.one_time(length=ask.console.settings.password_length, names=(ask.person, shown))


def _roles(ask: Ask) -> tuple[Role, ...]:
    return tuple(role for role in ROLES if ask.form.get(f"role.{role}"))


def _schools(ask: Ask) -> tuple[str, ...]:
    """The schools of the form by their codes; a name of the register that is one school's stands for it."""
    told = [each for each in _BETWEEN.split(ask.form.get("schools", "")) if each]
    if not told:
        return ()
    with ask.console.engine.connect().execution_options(reads_only=True) as connection:
        names = school_names(connection, ask.at)
    codes: dict[str, list[str]] = {}
    for code, name in names.items():
        codes.setdefault(name, []).append(code)
    found: list[str] = []
    for each in told:
        of_name = codes.get(each, [each])
        if len(of_name) > 1:
            raise InputError(
                _("several schools are called %(name)s") % {"name": each[:64]}, do=_("give their codes")
            )
        found += of_name
    return tuple(dict.fromkeys(found))


def _subject(ask: Ask) -> str:
    """The subject of the form with its issuer; "" where none is given."""
    told = ask.form.get("subject", "").strip()
    if not told:
        return ""
    if ask.console.settings.oidc is None:
        raise InputError(
            _("no sign-on of the county is configured"), do=_("fill in [collector.console.oidc]")
        )
    if len(told) > SUBJECT_LENGTH or not told.isprintable():
        raise InputError(
            _("the subject of the county's sign-on has 1 to %(n)d characters") % {"n": SUBJECT_LENGTH}
        )
    return subject_of(ask.console.settings.oidc.issuer, told)
