"""The HTTP edge: limits, tokens, status codes. What is shown is ready bytes that the judging left behind."""

from __future__ import annotations

import html
import json
import math
import re
from collections.abc import Awaitable, Callable, Sequence

from sqlalchemy.exc import SQLAlchemyError
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from collector.publish import Published
from collector.store.tokens import redeem, rotate
from collector.web.intake import (
    Edge,
    audit,
    bearer,
    busy,
    database_error,
    read_body,
    refusal,
    sender_or_none,
    take_batch,
)
from inventory.errors import Refused
from inventory.log import get_logger
from inventory.web import Doorman
from inventory.words import _

__all__ = ["Edge", "make_app"]

log = get_logger(__name__)

BATCHES = "/v1/batches"
_TAKES_GZIP = re.compile(r"(^|,)(gzip|\*)(,|$|;q=(?!0(\.0+)?(,|$)))")
PROMETHEUS_TEXT = "text/plain; version=0.0.4; charset=utf-8"


def make_app(edge: Edge, more: Sequence[Route] = ()) -> Starlette:
    """The collector's HTTP application, with ``more`` pages: those of the console."""

    async def batches(request: Request) -> Response:
        return await take_batch(edge, request)

    async def whose(request: Request) -> Response:
        sender = await sender_or_none(edge, request)
        if sender is None:
            return _error(401, _("the token is missing, wrong or revoked"))
        return JSONResponse({"campus": sender.campus_id})

    async def renew(request: Request) -> Response:
        return await _rotate(edge, request)

    async def enrol(request: Request) -> Response:
        return await _enrol(edge, request)

    async def metrics(_request: Request) -> Response:
        return Response(edge.telemetry.page(), media_type=PROMETHEUS_TEXT)

    async def probe(request: Request) -> Response:
        return _probe(edge.published(), request)

    async def discovery(_request: Request) -> Response:
        return JSONResponse(_targets(edge))

    async def healthy(_request: Request) -> Response:
        return PlainTextResponse("ok\n")

    async def ready(_request: Request) -> Response:
        judged = edge.published().judged_at > 0
        return PlainTextResponse("ok\n" if judged else "not judged yet\n", status_code=200 if judged else 503)

    async def page(request: Request) -> Response:
        found = edge.published().pages.get(request.url.path)
        if found is None:
            raise HTTPException(404)
        return Response(
            await run_in_threadpool(found.render), media_type=found.media_type, headers=_PAGE_HEADERS
        )

    async def landing(_request: Request) -> Response:
        return HTMLResponse(_landing(edge.published()), headers=_PAGE_HEADERS)

    app = _Straight(
        routes=[
            Route("/", landing),
            Route(BATCHES, batches, methods=["POST"]),
            Route("/v1/agent", whose),
            Route("/v1/enrol", enrol, methods=["POST"]),
            Route("/v1/rotate", renew, methods=["POST"]),
            Route("/metrics", metrics),
            Route("/probe", probe),
            Route("/sd", discovery),
            Route("/-/healthy", healthy),
            Route("/-/ready", ready),
            Route("/report/{rest:path}", page),
            *more,
        ],
        exception_handlers={HTTPException: _http_error, SQLAlchemyError: _database_error},
    )
    app.batches = batches
    app.doorman = Doorman(edge.settings.web)
    # A redirect would name the host that the request claims to be for.
    app.router.redirect_slashes = False
    return app


_OWN_DOOR = ("/v1/", "/console/", "/api/")
"""Agents come with their tokens, people sign in."""
_FOR_ALL = ("/-/healthy", "/-/ready", "/console")


class _Straight(Starlette):
    """Nearly every request is a batch: those go straight to their handler, past routes and middleware. What
    is not an agent's is for readers (inventory.web)."""

    batches: Callable[[Request], Awaitable[Response]]
    doorman: Doorman

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] == BATCHES and scope["method"] == "POST":
            response = await self.batches(Request(scope, receive, send))
            await response(scope, receive, send)
        elif scope["type"] == "http" and (refused := await self._refused(Request(scope))):
            await refused(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)

    async def _refused(self, request: Request) -> Response | None:
        path = request.url.path
        if self.doorman.is_open or path.startswith(_OWN_DOOR) or path in _FOR_ALL:
            return None
        admitted = await self.doorman.admits(request.headers.get("authorization", ""))
        if admitted is None:
            return busy(_("too many sign-ins at once"), status=429)
        if admitted:
            return None
        audit(request, 401, "a reader")
        answer = _error(401, _("a user and password, or a token, is needed"))
        answer.headers["WWW-Authenticate"] = 'Basic realm="wanzhao", charset="UTF-8"'
        return answer


_PAGE_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


async def _enrol(edge: Edge, request: Request) -> Response:
    source = request.client.host if request.client else ""
    wait_s = edge.code_tries.admit(source, edge.monotonic())
    if wait_s > 0:
        edge.telemetry.turned_away.labels("codes").inc()
        audit(request, 429, "too many enrolment codes")
        return busy(_("too many enrolment attempts"), status=429, retry_after_s=math.ceil(wait_s))
    try:
        body = json.loads(await read_body(request, 4096))
        code = body["code"] if isinstance(body, dict) else None
        if not isinstance(code, str):
            raise Refused(_("the request needs a code"), status=422)
        campus, token = await run_in_threadpool(_redeem, edge, code, source)
    except Refused as error:
        if error.status == 403:
            audit(request, 403, "a wrong enrolment code")
        return refusal(error)
    except (ValueError, KeyError, RecursionError):
        return _error(422, _("the request needs a code"))
    edge.code_tries.right(source)
    log.info("campus %s: an agent was enrolled", campus)
    return JSONResponse({"campus": campus, "token": token})


def _redeem(edge: Edge, code: str, source: str) -> tuple[str, str]:
    with edge.engine.begin() as connection:
        return redeem(connection, edge.pepper, code, edge.clock(), source)


async def _rotate(edge: Edge, request: Request) -> Response:
    """A second token for the agent that has one; the one that it came with stays good."""
    if await sender_or_none(edge, request) is None:  # writes the line of the audit
        return _error(401, _("the token is missing, wrong or revoked"))
    token = bearer(request.headers.get("Authorization", ""))
    try:
        campus, new = await run_in_threadpool(_renew, edge, token)
    except Refused as error:
        return refusal(error)
    log.info("campus %s: the agent took a new token", campus)
    return JSONResponse({"campus": campus, "token": new})


def _renew(edge: Edge, token: str) -> tuple[str, str]:
    with edge.engine.begin() as connection:
        return rotate(connection, edge.pepper, token, edge.clock())


def _probe(published: Published, request: Request) -> Response:
    target = request.query_params.get("target", "")
    profile = request.query_params.get("profile", "")
    for (county, name), page in published.scrapes.items():
        if target in ("", county) and profile in ("", name):
            return _packed(request, page.plain, page.gzip)
    return _error(404 if published.scrapes else 503, _("no such county or profile, or nothing is judged yet"))


def _packed(request: Request, plain: bytes, packed: bytes) -> Response:
    """Ready bytes, in the form that the client takes; the length of both is known."""
    takes = request.headers.get("accept-encoding", "").replace(" ", "").lower()
    is_packed = _TAKES_GZIP.search(takes) is not None
    headers = {"Vary": "Accept-Encoding"} | ({"Content-Encoding": "gzip"} if is_packed else {})
    return Response(packed if is_packed else plain, media_type=PROMETHEUS_TEXT, headers=headers)


def _targets(edge: Edge) -> list[dict[str, object]]:
    address = edge.settings.public_address or edge.settings.listen
    return [
        {
            "targets": [address],
            "labels": {
                "__metrics_path__": "/probe",
                "__param_target": county,
                "__param_profile": profile,
                "county": county,
                "profile": profile,
            },
        }
        for county, profile in edge.published().scrapes
    ]


def _landing(published: Published) -> str:
    probes = (f"/probe?target={county}&profile={profile}" for county, profile in published.scrapes)
    links = [html.escape(path) for path in ("/metrics", "/sd", *probes, *published.pages)]
    items = "".join(f'<li><a href="{link}">{link}</a></li>' for link in links)
    return f'<!doctype html><meta charset="utf-8"><title>wanzhao</title><h1>wanzhao 万兆</h1><ul>{items}</ul>'


def _error(status: int, what: str) -> Response:
    return JSONResponse({"error": what}, status_code=status)


async def _database_error(_request: Request, error: Exception) -> Response:
    return database_error(error)


async def _http_error(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return _error(error.status_code, error.detail)
