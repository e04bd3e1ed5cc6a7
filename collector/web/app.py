"""The HTTP edge: limits, tokens, status codes. What is shown is ready bytes that the judging left behind."""

from __future__ import annotations

import asyncio
import html
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import msgspec
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from collector import ingest
from collector.config import CollectorSettings
from collector.publish import Published
from collector.store.tokens import redeem, sender_of
from collector.store.write import Arrival, Sender, store_batch
from collector.telemetry import Telemetry
from inventory.errors import Refused
from inventory.facts import Receipt
from inventory.log import get_logger
from inventory.words import _

log = get_logger(__name__)

PROMETHEUS_TEXT = "text/plain; version=0.0.4; charset=utf-8"
BODY_TIMEOUT_S = 30.0
RETRY_AFTER_S = 5
CODE_TRIES_A_MINUTE = 30


@dataclass(slots=True)
class Edge:
    """What the handlers share."""

    settings: CollectorSettings
    engine: Engine
    pepper: bytes
    telemetry: Telemetry
    published: Callable[[], Published]
    clock: Callable[[], float] = time.time
    writing: asyncio.Lock = field(default_factory=asyncio.Lock)
    under_way: int = 0
    code_tries: list[float] = field(default_factory=list)


def make_app(edge: Edge) -> Starlette:
    """The collector's HTTP application."""

    async def batches(request: Request) -> Response:
        return await _take_batch(edge, request)

    async def whose(request: Request) -> Response:
        sender = await run_in_threadpool(_authenticate, edge, request.headers.get("Authorization", ""))
        if sender is None:
            return _error(401, _("the token is missing, wrong or revoked"))
        return JSONResponse({"campus": sender.campus_id})

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

    return Starlette(
        routes=[
            Route("/", landing),
            Route("/v1/batches", batches, methods=["POST"]),
            Route("/v1/agent", whose),
            Route("/v1/enrol", enrol, methods=["POST"]),
            Route("/metrics", metrics),
            Route("/probe", probe),
            Route("/sd", discovery),
            Route("/-/healthy", healthy),
            Route("/-/ready", ready),
            Route("/report/{rest:path}", page),
        ],
        exception_handlers={HTTPException: _http_error, SQLAlchemyError: _database_error},
    )


_PAGE_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


async def _take_batch(edge: Edge, request: Request) -> Response:
    sender = await run_in_threadpool(_authenticate, edge, request.headers.get("Authorization", ""))
    if sender is None:
        edge.telemetry.batches.labels("refused").inc()
        return _error(401, _("the token is missing, wrong or revoked"))
    if edge.under_way >= edge.settings.batches_at_once:
        edge.telemetry.batches.labels("busy").inc()
        return _busy(_("too many batches at once"))
    edge.under_way += 1
    try:
        return await _take_from(edge, request, sender)
    except Refused as error:
        edge.telemetry.batches.labels("refused").inc()
        log.warning("campus %s: batch refused, HTTP %d: %s", sender.campus_id, error.status, error.what)
        return _error(error.status, error.what)
    except SQLAlchemyError:
        edge.telemetry.batches.labels("busy").inc()
        raise
    finally:
        edge.under_way -= 1


async def _take_from(edge: Edge, request: Request, sender: Sender) -> Response:
    body = await _read_body(request)
    encoding = request.headers.get("Content-Encoding", "").strip().lower()
    batch, sha256 = await run_in_threadpool(ingest.decode, body, encoding)
    ingest.check(batch, sender, edge.clock())
    async with edge.writing:
        with edge.telemetry.store_seconds.time():
            receipt = await run_in_threadpool(_store, edge, Arrival(sender, batch, sha256, edge.clock()))
    edge.telemetry.batches.labels(receipt.status).inc()
    return JSONResponse(msgspec.to_builtins(receipt))


def _authenticate(edge: Edge, header: str) -> Sender | None:
    kind, _space, token = header.partition(" ")
    if kind.lower() != "bearer" or not token.isascii():
        return None
    with edge.engine.connect().execution_options(reads_only=True) as connection:
        return sender_of(connection, edge.pepper, token.strip())


def _store(edge: Edge, arrival: Arrival) -> Receipt:
    with edge.engine.begin() as connection:
        return store_batch(connection, arrival)


async def _read_body(request: Request, limit: int = ingest.BODY_LIMIT) -> bytes:
    if int(request.headers.get("Content-Length") or 0) > limit:
        raise Refused(_("the body is larger than %(limit)d bytes") % {"limit": limit}, status=413)
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_TIMEOUT_S):
            async for part in request.stream():
                body += part
                if len(body) > limit:
                    raise Refused(_("the body is larger than %(limit)d bytes") % {"limit": limit}, status=413)
    except TimeoutError as error:
        raise Refused(_("the body did not arrive in time"), status=408) from error
    return bytes(body)


async def _enrol(edge: Edge, request: Request) -> Response:
    now = edge.clock()
    edge.code_tries[:] = [t for t in edge.code_tries if t > now - 60]
    if len(edge.code_tries) >= CODE_TRIES_A_MINUTE:
        return _busy(_("too many enrolment attempts"), status=429)
    edge.code_tries.append(now)
    try:
        body = json.loads(await _read_body(request, 4096))
        code = body["code"] if isinstance(body, dict) else None
        if not isinstance(code, str):
            raise Refused(_("the request needs a code"), status=422)
        campus, token = await run_in_threadpool(_redeem, edge, code, now)
    except Refused as error:
        return _error(error.status, error.what)
    except (ValueError, KeyError, RecursionError):
        return _error(422, _("the request needs a code"))
    log.info("campus %s: an agent was enrolled", campus)
    return JSONResponse({"campus": campus, "token": token})


def _redeem(edge: Edge, code: str, now: float) -> tuple[str, str]:
    with edge.engine.begin() as connection:
        return redeem(connection, edge.pepper, code, now)


def _probe(published: Published, request: Request) -> Response:
    target = request.query_params.get("target", "")
    profile = request.query_params.get("profile", "")
    for (county, name), body in published.scrapes.items():
        if target in ("", county) and profile in ("", name):
            return Response(body, media_type=PROMETHEUS_TEXT)
    return _error(404 if published.scrapes else 503, _("no such county or profile, or nothing is judged yet"))


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


def _busy(what: str, status: int = 503) -> Response:
    return JSONResponse({"error": what}, status_code=status, headers={"Retry-After": str(RETRY_AFTER_S)})


def _error(status: int, what: str) -> Response:
    return JSONResponse({"error": what}, status_code=status)


async def _database_error(_request: Request, error: Exception) -> Response:
    """The database is away or full: nothing was committed, the agent keeps what it has and comes again."""
    log.error("database: %s", str(error).splitlines()[0])
    return _busy(_("the database cannot store now"))


async def _http_error(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return _error(error.status_code, error.detail)
