"""Signing in to the console, signing out, and one's own account.

    GET, POST /console/login           name and password, then the code of the authenticator
    POST      /console/logout          field ``csrf``
    GET, POST /console/account         change of password, authenticator (TOTP), sessions
    GET       /console/oidc/start      to the county's own sign-on; GET /console/oidc/callback comes back

A page is data here and is drawn by the ``Render`` that is given: name of the page, its data, language.

"login": the first page
    error: str       a sentence to show, or ""
    csrf: str        goes back as ``csrf``
    next: str        goes back as ``next``: where to go afterwards, a path of the console
    oidc: bool       whether to offer the link /console/oidc/start?next=...
    Form, POST /console/login: ``name``, ``password``, ``csrf``, ``next``.

"login_code": the second page, where the account has an authenticator
    error, csrf, next: as above
    Form, POST /console/login: ``code`` (6 digits, autocomplete="one-time-code"), ``csrf``, ``next``.

"account": one's own account
    error: str, done: str   a sentence to show, or ""
    csrf: str
    must: str               "" or what has to be done before anything else: "password", "totp"
    id: str, name: str      the name that signs in, the one that is shown
    roles: list[str]        roles (collector.people.person.Role)
    schools: list[str]      10-digit codes; [] where all are seen
    has_password: bool      False: signs in by the county's sign-on only; no form for the password
    password_at: float | None   when the password was set, seconds since 1970
    password_rules: list[str]   sentences, to show beside the form
    has_totp: bool
    totp_svg: str           "" or an <svg> element (safe, made here) to scan, while one is being set up
    totp_secret: str        "" or the same secret to type in, groups of four
    sessions: list[dict]    the fields of collector.people.sessions.Live of each session, the newest first
    Forms, POST /console/account, each with ``csrf`` and ``do``:
        do=password      ``old``, ``new``, ``again``
        do=totp_begin    (no more fields): shows totp_svg
        do=totp_confirm  ``code``: the first code of the authenticator, which makes it count
        do=totp_remove   ``old``: the password
        do=sessions_end  ``session``: the mark of one, or "" for all but this one

Every page's data also has ``language`` ("zh" or "en") and ``session`` (bool: whether somebody is signed in).
The language is the cookie ``wanzhao_language`` ("zh", "en"), else what the browser asks for, else Chinese.
Answers: 200 the page, 303 to where it goes on, 401 a page with its error, 403 a form without its ``csrf``,
429 with Retry-After.

For every other page of the console: ``session = await session_of(edge, request)``; None means 303 to
/console/login?next=PATH (what has to be done first counts as not signed in). A form that changes something
needs ``check_csrf(session, form["csrf"])``.
"""

from __future__ import annotations

from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from collector.people.entry import by_code, by_password, inside, leave
from collector.people.oidc import SignOn
from collector.people.person import Session
from collector.people.sessions import csrf_of
from collector.web import account
from collector.web.desk import Desk, gate_of, inside_of, is_equal, spoken
from collector.web.intake import Edge, audit, refusal
from collector.web.sign_on import OIDC_PATH, SignOnDesk
from collector.web.visit import (
    ACCOUNT,
    CODE_COOKIE,
    LOGIN,
    SESSION_COOKIE,
    Language,
    Render,
    go,
    language_of,
    may_sign_in,
    origin_of,
    read_cookie,
    read_form,
    safe_next,
    set_cookie,
)
from inventory.errors import Refused
from inventory.words import _

__all__ = ["Language", "Render", "check_csrf", "gate_of", "session_of", "signin_routes"]


async def session_of(edge: Edge, request: Request) -> Session | None:
    """Who asks for a page; None: nobody, or somebody who has to change the password or set up the
    authenticator first. That a page was asked for keeps the session from ending."""
    found = await inside_of(edge, request)
    if found is None or found.due:
        return None
    return Session(
        person=found.account.person(separated=edge.settings.console.separate_duties),
        csrf=csrf_of(read_cookie(request, SESSION_COOKIE, edge.settings.console)),
        language=language_of(request),
    )


def check_csrf(session: Session, form_value: str) -> bool:
    """Whether a form comes from a page of ours that this session was shown."""
    return is_equal(session.csrf, form_value)


def signin_routes(edge: Edge, render: Render) -> list[Route]:
    """The routes of this module, for make_app."""
    settings = edge.settings.console.oidc
    desk = Desk(edge, render, offers_oidc=settings is not None)
    forms = _Forms(desk)
    routes = [
        Route(LOGIN, spoken(forms.show_login)),
        Route(LOGIN, spoken(forms.login), methods=["POST"]),
        Route("/console/logout", spoken(forms.logout), methods=["POST"]),
        Route(ACCOUNT, spoken(forms.show_account)),
        Route(ACCOUNT, spoken(forms.change_account), methods=["POST"]),
    ]
    if settings is not None:
        county = SignOnDesk(desk, SignOn(settings))
        routes += [
            Route(f"{OIDC_PATH}/start", spoken(county.start)),
            Route(f"{OIDC_PATH}/callback", spoken(county.callback)),
        ]
    return routes


@dataclass(slots=True)
class _Forms:
    """The handlers of the pages."""

    desk: Desk

    async def show_login(self, request: Request) -> Response:
        next_ = safe_next(request.query_params.get("next", ""))
        found = await inside_of(self.desk.edge, request)
        if found is not None:
            return go(ACCOUNT if found.due else next_)
        return self.desk.page(request, "login", next_)

    async def login(self, request: Request) -> Response:
        form = await read_form(request)
        next_ = safe_next(form.get("next", ""))
        if not may_sign_in(request, self.desk.edge.settings.console):
            audit(request, 403, "a sign-in without TLS")
            return self.desk.page(request, "login", next_, _("sign in over https"), status=403)
        if not self.desk.knows_form(request, form.get("csrf", "")):
            return self.desk.page(request, "login", next_, _("the page was too old; try again"), status=403)
        origin = origin_of(request)
        if (wait_s := self.desk.admit(request)) > 0:
            audit(request, 429, "too many sign-ins")
            return self.desk.busy_page(request, next_, wait_s)
        if "code" in form:
            return await self._code(request, form["code"], origin, next_)
        name, password = form.get("name", ""), form.get("password", "")
        now = self.desk.edge.clock()
        entered = await self.desk.slowly(lambda: by_password(self.desk.gate, name, password, origin, now))
        if entered is None:
            audit(request, 401, "a wrong name or password")
            return self.desk.page(request, "login", next_, _wrong(), status=401)
        if entered.needs_code:
            answer = self.desk.page(request, "login_code", next_)
            set_cookie(answer, request, CODE_COOKIE, entered.token, self.desk.edge.settings.console)
            return answer
        return await self.desk.welcome(request, entered, go(next_))

    async def logout(self, request: Request) -> Response:
        form = await read_form(request)
        token = read_cookie(request, SESSION_COOKIE, self.desk.edge.settings.console)
        if token and not is_equal(csrf_of(token), form.get("csrf", "")):
            return refusal(Refused(_("the form is not from a page of this session"), status=403))
        await run_in_threadpool(leave, self.desk.gate, token, origin_of(request), self.desk.edge.clock())
        answer = go(LOGIN)
        set_cookie(answer, request, SESSION_COOKIE, "", self.desk.edge.settings.console)
        return answer

    async def show_account(self, request: Request) -> Response:
        found = await inside_of(self.desk.edge, request)
        if found is None:
            return go(f"{LOGIN}?next={ACCOUNT}")
        token = read_cookie(request, SESSION_COOKIE, self.desk.edge.settings.console)
        now = self.desk.edge.clock()
        return await account.page(
            self.desk.render, request, self.desk.gate, found, token, account.Shown(), now
        )

    async def change_account(self, request: Request) -> Response:
        form = await read_form(request)
        found = await inside_of(self.desk.edge, request)
        if found is None:
            return go(f"{LOGIN}?next={ACCOUNT}")
        token = read_cookie(request, SESSION_COOKIE, self.desk.edge.settings.console)
        if not is_equal(csrf_of(token), form.get("csrf", "")):
            return refusal(Refused(_("the form is not from a page of this session"), status=403))
        now = self.desk.edge.clock()
        shown = await account.work(
            account.Visit(self.desk.gate, request, found, token, form, now, self.desk.slowly)
        )
        token = shown.token or token
        found = await run_in_threadpool(inside, self.desk.gate, token, now)
        if found is None:  # locked meanwhile
            return go(LOGIN)
        return await account.page(self.desk.render, request, self.desk.gate, found, token, shown, now)

    async def _code(self, request: Request, code: str, origin: str, next_: str) -> Response:
        token = read_cookie(request, CODE_COOKIE, self.desk.edge.settings.console)
        entered = await run_in_threadpool(
            by_code, self.desk.gate, token, code, origin, self.desk.edge.clock()
        )
        if entered is None:
            audit(request, 401, "a wrong code")
            return self.desk.page(request, "login_code", next_, _("the code is wrong or too old"), status=401)
        return await self.desk.welcome(request, entered, go(next_))


def _wrong() -> str:
    return _("the name or the password is wrong, or the account is locked")
