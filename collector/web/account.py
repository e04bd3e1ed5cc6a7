"""The page of one's own account: password, authenticator, sessions. What it shows is said in signin.py."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from collector.people import passwords, totp
from collector.people.accounts import Actor, end_sessions
from collector.people.entry import Gate, Inside, begin_totp, change_password, confirm_totp, remove_totp
from collector.people.sessions import Live, csrf_of, live
from collector.web.visit import (
    SESSION_COOKIE,
    Render,
    drawn,
    language_of,
    origin_of,
    set_cookie,
)
from inventory.errors import InputError
from inventory.words import _


@dataclass(frozen=True, slots=True)
class Visit:
    """A form on the account's page: who sent it, and what is needed to answer. ``slow`` runs what hashes."""

    gate: Gate
    request: Request
    inside: Inside
    token: str
    form: dict[str, str]
    now: float
    slow: Callable[[Callable[[], str]], Awaitable[str]]


@dataclass(frozen=True, slots=True)
class Shown:
    """What is to be shown after a form: ``token`` where the session has a new one."""

    error: str = ""
    done: str = ""
    secret: str = ""
    token: str = ""
    status: int = 200


async def work(visit: Visit) -> Shown:
    """Do what the form asks for; what was wrong with it comes back as the error of the page."""
    step = FORMS.get(visit.form.get("do", ""))
    if step is None:
        return Shown(error=_("the form is not known"), status=400)
    try:
        return await step(visit)
    except InputError as error:
        return Shown(error=error.what, status=401 if error.where == "old" else 422)


def own_sessions(gate: Gate, inside: Inside, token: str, now: float) -> list[Live]:
    """Every session of the person that holds; the one that asks is told apart."""
    with gate.engine.connect().execution_options(reads_only=True) as connection:
        return live(connection, inside.account.id, now, gate.settings, token)


async def page(
    render: Render, request: Request, gate: Gate, inside: Inside, token: str, shown: Shown, now: float
) -> Response:
    """The account as it stands."""
    account = inside.account
    data: dict[str, object] = {
        "error": shown.error,
        "done": shown.done,
        "csrf": csrf_of(token),
        "session": True,
        "must": inside.due,
        "id": account.id,
        "name": account.name,
        "roles": list(account.roles),
        "schools": list(account.schools),
        "has_password": bool(account.password_hash),
        "password_at": account.password_at,
        "password_rules": passwords.rules(gate.settings.password_length),
        "has_totp": bool(account.totp),
        "totp_svg": totp.picture(shown.secret, account.id) if shown.secret else "",
        "totp_secret": totp.grouped(shown.secret),
        "sessions": [asdict(one) for one in await run_in_threadpool(own_sessions, gate, inside, token, now)],
    }
    answer = drawn(render, "account", data, language_of(request), shown.status)
    if shown.token:
        set_cookie(answer, request, SESSION_COOKIE, shown.token, gate.settings)
    return answer


async def _password(visit: Visit) -> Shown:
    form = visit.form
    if form.get("new", "") != form.get("again", ""):
        return Shown(error=_("the two new passwords differ"), status=422)
    origin = origin_of(visit.request)
    token = await visit.slow(
        lambda: change_password(
            visit.gate, visit.inside, form.get("old", ""), form.get("new", ""), origin, visit.now
        )
    )
    return Shown(done=_("the password was changed; other sessions have ended"), token=token)


async def _totp_begin(visit: Visit) -> Shown:
    secret = await run_in_threadpool(begin_totp, visit.gate, visit.inside.account)
    return Shown(secret=secret)


async def _totp_confirm(visit: Visit) -> Shown:
    code = visit.form.get("code", "")
    account, origin = visit.inside.account, origin_of(visit.request)
    if await run_in_threadpool(confirm_totp, visit.gate, account, code, origin, visit.now):
        return Shown(done=_("the authenticator counts from now on"))
    secret = totp.unseal(visit.gate.peppers, account.totp_new) or ""
    return Shown(error=_("the code is wrong"), secret=secret, status=422)


async def _totp_remove(visit: Visit) -> Shown:
    origin = origin_of(visit.request)
    old = visit.form.get("old", "")
    token = await visit.slow(lambda: remove_totp(visit.gate, visit.inside, old, origin, visit.now))
    return Shown(done=_("the authenticator was removed"), token=token)


async def _sessions_end(visit: Visit) -> Shown:
    """End one of one's own sessions, or all but this one."""
    account, now = visit.inside.account, visit.now
    actor = Actor(account.id, origin_of(visit.request), account.person(separated=False))

    def end() -> None:
        held = own_sessions(visit.gate, visit.inside, visit.token, now)
        wanted = visit.form.get("session", "")
        with visit.gate.engine.begin() as connection:
            for one in held:
                if one.mark == wanted or (not wanted and not one.is_this):
                    end_sessions(connection, actor, account.id, one.mark, now)

    await run_in_threadpool(end)
    return Shown(done=_("the sessions have ended"))


FORMS: dict[str, Callable[[Visit], Awaitable[Shown]]] = {
    "password": _password,
    "totp_begin": _totp_begin,
    "totp_confirm": _totp_confirm,
    "totp_remove": _totp_remove,
    "sessions_end": _sessions_end,
}
"""What the forms of the page do, by the field ``do``."""
