"""What the handlers of the sign-in share: limits, the pages before there is a session, giving a session."""

from __future__ import annotations

import asyncio
import hmac
import math
import re
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeVar

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from collector.people.entry import Entered, Gate, Inside, inside, leave
from collector.people.sessions import csrf_of
from collector.store.code_tries import CodeTries
from collector.web.intake import Edge, busy, refusal
from collector.web.visit import (
    CODE_COOKIE,
    FORM_COOKIE,
    SESSION_COOKIE,
    Render,
    drawn,
    language_of,
    origin_of,
    read_cookie,
    safe_next,
    set_cookie,
)
from inventory.errors import Refused
from inventory.words import _, speaking

T = TypeVar("T")

TRIES_PER_ADDRESS = 20
TRIES_OVERALL = 300
"""Sign-ins of ten minutes before the next has to wait; a right one lets its address begin anew."""
HASHES_AT_ONCE = 2
"""Each takes 64 MiB and fifty milliseconds."""
HASHES_WAITING = 16
_FORM_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


def _tries() -> CodeTries:
    return CodeTries(per_source=TRIES_PER_ADDRESS, overall=TRIES_OVERALL)


@dataclass(slots=True)
class Desk:
    """What the handlers share."""

    edge: Edge
    render: Render
    offers_oidc: bool
    tries: CodeTries = field(default_factory=_tries)
    hashing: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(HASHES_AT_ONCE))
    waiting: int = 0

    def __post_init__(self) -> None:
        if self.edge.settings.console.behind_tls:  # all come from the proxy's address
            self.tries.per_source = self.tries.overall

    @property
    def gate(self) -> Gate:
        return gate_of(self.edge)

    def admit(self, request: Request) -> float:
        """0 when this address may try to sign in, which counts; else how many seconds it must wait."""
        return self.tries.admit(origin_of(request), self.edge.monotonic())

    def knows_form(self, request: Request, csrf: str) -> bool:
        """Whether a form comes from a page of ours that this browser was shown."""
        kept = read_cookie(request, FORM_COOKIE, self.edge.settings.console)
        return _FORM_TOKEN.fullmatch(kept) is not None and is_equal(csrf_of(kept), csrf)

    async def welcome(self, request: Request, entered: Entered, answer: Response) -> Response:
        """Give the new session; one that the browser came with ends."""
        settings = self.edge.settings.console
        self.tries.right(origin_of(request))
        if before := read_cookie(request, SESSION_COOKIE, settings):
            await run_in_threadpool(leave, self.gate, before, origin_of(request), self.edge.clock())
        set_cookie(answer, request, SESSION_COOKIE, entered.token, settings)
        set_cookie(answer, request, CODE_COOKIE, "", settings)
        set_cookie(answer, request, FORM_COOKIE, "", settings)
        return answer

    def page(self, request: Request, name: str, next_: str, error: str = "", status: int = 200) -> Response:
        """One of the pages before there is a session. Its form is bound to a cookie of its own."""
        settings = self.edge.settings.console
        kept = read_cookie(request, FORM_COOKIE, settings)
        fresh = kept if _FORM_TOKEN.fullmatch(kept) else secrets.token_urlsafe(32)
        data: dict[str, object] = {
            "error": error,
            "csrf": csrf_of(fresh),
            "next": safe_next(next_),
            "session": False,
        }
        if name == "login":
            data["oidc"] = self.offers_oidc
        answer = drawn(self.render, name, data, language_of(request), status)
        if fresh != kept:
            set_cookie(answer, request, FORM_COOKIE, fresh, settings)
        return answer

    def busy_page(self, request: Request, next_: str, wait_s: float) -> Response:
        """The answer to who has tried too often; ``wait_s`` seconds until the next try."""
        self.edge.telemetry.turned_away.labels("sign_ins").inc()
        answer = self.page(request, "login", next_, _("too many sign-ins; wait a while"), status=429)
        answer.headers["Retry-After"] = str(math.ceil(wait_s))
        return answer

    async def slowly(self, work: Callable[[], T]) -> T:
        """Run what hashes, a few at a time; Refused(429) where too many wait."""
        if self.waiting >= HASHES_WAITING:
            raise Refused(_("too many sign-ins; wait a while"), status=429)
        self.waiting += 1
        try:
            async with self.hashing:
                return await run_in_threadpool(work)
        finally:
            self.waiting -= 1


def gate_of(edge: Edge) -> Gate:
    """What the people's own code needs of the edge."""
    return Gate(edge.engine, edge.pepper, edge.settings.console)


async def inside_of(edge: Edge, request: Request) -> Inside | None:
    """Whose session a request has, whatever has to be done first."""
    token = read_cookie(request, SESSION_COOKIE, edge.settings.console)
    return await run_in_threadpool(inside, gate_of(edge), token, edge.clock()) if token else None


def spoken(
    handler: Callable[[Request], Awaitable[Response]],
) -> Callable[[Request], Awaitable[Response]]:
    """A handler whose messages are in the reader's language, and whose refusals are answers."""

    async def answer(request: Request) -> Response:
        with speaking(language_of(request)):
            try:
                return await handler(request)
            except Refused as error:
                return busy(error.what, status=429) if error.status == 429 else refusal(error)

    return answer


def is_equal(wanted: str, given: str) -> bool:
    """Whether two texts are the same; takes the same time however much is."""
    return hmac.compare_digest(wanted.encode(), given.encode("utf-8", "replace"))
