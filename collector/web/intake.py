"""Batches in: who sends, how much at once, in which form; then judged, queued, answered after the commit."""

from __future__ import annotations

import asyncio
import math
import re
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import TypeAlias

import msgspec
from sqlalchemy import Engine, select
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from collector import clock, ingest
from collector.commit import Committer
from collector.config import CollectorSettings
from collector.ingest_rows import InRange
from collector.publish import Published
from collector.store.code_tries import CodeTries
from collector.store.schema import device_state
from collector.store.tokens import Peppers, sender_of
from collector.store.write import Arrival, Sender
from collector.telemetry import Telemetry
from collector.web.calls import Calls
from collector.web.known import KnownTokens
from collector.web.throttle import RETRY_AFTER_S, Throttle
from inventory.errors import Refused, StoreBusy
from inventory.facts import BATCH_MEDIA_TYPE, BOOT_HEADER, SENT_AT_HEADER, SENT_MONO_HEADER, Receipt
from inventory.log import get_logger
from inventory.words import _

log = get_logger(__name__)

DECODED_AT_ONCE = 64 * 1024
"""Bytes of a body that is decoded on the loop: a millisecond or so."""
BODY_TIMEOUT_S = 30.0
SLOWEST_BYTES_A_SECOND = 4096
"""Half of what a line of 64 kbit/s carries."""
_MEDIA = BATCH_MEDIA_TYPE.partition(";")[0]
_PREFIX = re.compile(r"wz_([0-9a-f]{12})_")


Answer: TypeAlias = "asyncio.Future[tuple[Arrival, Receipt]]"


@dataclass(slots=True)
class Edge:
    """What the handlers share."""

    settings: CollectorSettings
    engine: Engine
    pepper: Peppers
    telemetry: Telemetry
    published: Callable[[], Published]
    clock: Callable[[], float] = time.time
    monotonic: Callable[[], float] = time.monotonic
    under_way: int = 0
    code_tries: CodeTries = field(default_factory=CodeTries)
    throttle: Throttle = field(default_factory=Throttle)
    known: KnownTokens = field(default_factory=KnownTokens)
    calls: Calls = field(default_factory=Calls)
    committer: Committer = field(init=False)
    caps: ingest.Caps = field(init=False)
    # Decoding costs memory, up to a hundred MiB for the worst body: two at a time.
    decoders: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(max_workers=2, thread_name_prefix="decode")
    )

    # Asking who sends is a look at one row: more threads would only open more connections to the database.
    readers: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(max_workers=2, thread_name_prefix="who")
    )

    def __post_init__(self) -> None:
        self.committer = Committer(self.engine, self.telemetry)
        self.caps = ingest.Caps(known_devices=self._known_devices)

    def close(self) -> None:
        """Finish what is queued, and take nothing more in."""
        self.committer.close()
        self.decoders.shutdown(wait=True)
        self.readers.shutdown(wait=True)

    def _known_devices(self, school_id: str) -> list[str]:
        query = select(device_state.c.device_id).where(device_state.c.school_id == school_id)
        with self.engine.connect().execution_options(reads_only=True) as connection:
            return list(connection.execute(query).scalars())


async def take_batch(edge: Edge, request: Request) -> Response:
    """The answer to a batch, counted by status."""
    try:
        answer = await _admit(edge, request)
    except SQLAlchemyError as error:
        answer = database_error(error)
    edge.telemetry.answers.labels(str(answer.status_code)).inc()
    if answer.status_code not in (200, 429, 503):
        edge.telemetry.batches.labels("refused").inc()
    elif answer.status_code != 200:
        edge.telemetry.batches.labels("busy").inc()
    return answer


async def sender_or_none(edge: Edge, request: Request) -> Sender | None:
    """Who sends, by the token alone; None, and a line for the audit, where it is no good."""
    header = request.headers.get("Authorization", "")
    loop = asyncio.get_running_loop()
    sender = await loop.run_in_executor(edge.readers, _authenticate, edge, header)
    if sender is None:
        found = _PREFIX.search(header)
        audit(request, 401, f"token {found[1] if found else 'unreadable'}")
    return sender


def audit(request: Request, status: int, who: str) -> None:
    """One line for each time that somebody is turned away; the secret is never in it."""
    host = request.client.host if request.client else "unknown"
    log.warning("audit: %s: HTTP %d for %s %s, %s", host, status, request.method, request.url.path, who)


async def read_body(request: Request, limit: int = ingest.BODY_LIMIT) -> bytes:
    """The body; Refused(413) beyond the limit, Refused(408) when it comes more slowly than any line does."""
    said = request.headers.get("Content-Length", "0")
    if int(said) > limit:  # h11 lets digits through only
        raise _too_large(limit)
    body = bytearray()
    loop = asyncio.get_running_loop()
    deadline = loop.time() + BODY_TIMEOUT_S
    try:
        async with asyncio.timeout_at(deadline) as alarm:
            async for part in request.stream():
                body += part
                if len(body) > limit:
                    raise _too_large(limit)
                alarm.reschedule(deadline + len(body) / SLOWEST_BYTES_A_SECOND)
    except TimeoutError as error:
        raise Refused(_("the body did not arrive in time"), status=408) from error
    except ClientDisconnect as error:
        raise Refused(_("the connection was cut in the middle of the body"), status=400) from error
    return bytes(body)


def bearer(header: str) -> str:
    """The token of an Authorization header, or "" where there is none."""
    kind, _space, token = header.partition(" ")
    return token.strip() if kind.lower() == "bearer" and token.isascii() else ""


def busy(what: str, status: int = 503, retry_after_s: int = RETRY_AFTER_S) -> Response:
    """Come again: nothing was stored."""
    return JSONResponse({"error": what}, status_code=status, headers={"Retry-After": str(retry_after_s)})


def database_error(error: Exception) -> Response:
    """The database is away or full: nothing was committed, the agent keeps what it has and comes again."""
    log.error("database: %s", str(error).splitlines()[0])
    return busy(_("the database cannot store now"))


def refusal(error: Refused) -> Response:
    """No, for good, and why. A body that came too slowly ends its connection."""
    headers = {"Connection": "close"} if error.status == 408 else {}
    return JSONResponse({"error": error.what}, status_code=error.status, headers=headers)


async def _admit(edge: Edge, request: Request) -> Response:
    token = bearer(request.headers.get("Authorization", ""))
    sender = edge.known.sender(token) or await sender_or_none(edge, request)
    if sender is None:
        return refusal(Refused(_("the token is missing, wrong or revoked"), status=401))
    if (answer := _form_fault(request)) is not None:
        return answer
    if edge.committer.full():
        return _turned_away(edge, "queue", 503, _("the collector has more batches waiting than it can keep"))
    if edge.under_way >= edge.settings.batches_at_once:
        return _turned_away(edge, "connections", 503, _("too many batches at once"))
    agent = f"{sender.school_id}/{sender.agent_id}"
    if limit := edge.throttle.enter(agent, edge.monotonic()):
        return _turned_away(edge, limit, 429, _("this agent sends too many batches"))
    edge.under_way += 1
    try:
        answer = await _take(edge, request, sender)
        edge.known.keep(token, sender)
        return answer
    except Refused as error:
        if error.status == 401:
            edge.known.forget(token)
            audit(request, 401, f"token {sender.token_prefix}")
        elif error.status == 403:
            audit(request, 403, f"campus {sender.campus_id}: {error.what}")
        else:
            log.warning("campus %s: batch refused, HTTP %d: %s", sender.campus_id, error.status, error.what)
        return refusal(error)
    except StoreBusy as error:
        return busy(error.what)
    finally:
        edge.under_way -= 1
        edge.throttle.leave(agent)


async def _take(edge: Edge, request: Request, sender: Sender) -> Response:
    body = await read_body(request)
    answer: Answer = asyncio.get_running_loop().create_future()
    if len(body) <= DECODED_AT_ONCE:
        _work(edge, request, sender, body, edge.clock(), answer)
    else:
        edge.decoders.submit(_work, edge, request, sender, body, edge.clock(), answer)
    arrival, receipt = await answer
    _count(edge, arrival, receipt)
    return Response(msgspec.json.encode(receipt), media_type="application/json")


def _work(
    edge: Edge,
    request: Request,
    sender: Sender,
    body: bytes,
    received_at: float,
    answer: Answer,
) -> None:
    """From a body to the queue; the answer comes from the writer. What is small is decoded on the loop: to
    hand it to another thread and back costs more than that."""
    try:
        arrival = _arrival(edge, request, sender, body, received_at)
        stored = edge.committer.submit(arrival, ingest.rows_of(arrival.batch))
    except Exception as error:  # noqa: BLE001 - whoever waits for the answer sorts them
        edge.calls.put(answer.get_loop(), partial(_fail, answer, error))
        return
    stored.add_done_callback(
        lambda done: edge.calls.put(answer.get_loop(), partial(_pass_on, answer, arrival, done))
    )


def _fail(answer: Answer, error: BaseException) -> None:
    if not answer.done():
        answer.set_exception(error)


def _pass_on(answer: Answer, arrival: Arrival, stored: Future[Receipt]) -> None:
    if error := stored.exception():
        _fail(answer, error)
    elif not answer.done():  # else the agent has hung up; its batch is stored, and it will hear "duplicate"
        answer.set_result((arrival, stored.result()))


def _arrival(edge: Edge, request: Request, sender: Sender, body: bytes, received_at: float) -> Arrival:
    """The batch of a body as it will be stored: its slots moved to the true time, unfit rows left out."""
    encoding = request.headers.get("Content-Encoding", "").strip().lower()
    one = ingest.decoded(body, encoding)
    edge.telemetry.unknown_fields.inc(one.unknown_fields)
    right = clock.correction(
        one.batch,
        _number(request.headers.get(SENT_AT_HEADER)),
        _number(request.headers.get(SENT_MONO_HEADER)),
        request.headers.get(BOOT_HEADER, ""),
        received_at,
    )
    batch = clock.shifted(one.batch, right.shift_s)
    batch, rejected = ingest.sifted(batch, sender, received_at, edge.caps, one.names)
    as_sent = encoding == "zstd" and isinstance(batch.samples, InRange) and batch.samples is one.batch.samples
    return Arrival(
        sender,
        batch,
        one.sha256,
        received_at,
        offset_s=right.offset_s,
        shift_s=right.shift_s,
        rejected=(*one.rejected, *rejected),
        sent=body if as_sent else b"",
        measured=one.measured if as_sent else None,
    )


def _count(edge: Edge, arrival: Arrival, receipt: Receipt) -> None:
    edge.telemetry.batches.labels(receipt.status).inc()
    if receipt.status != "stored":
        return
    campus = arrival.sender.campus_id
    for one in arrival.rejected:
        edge.telemetry.rejected_rows.labels(one.part).inc(one.rows)
    if arrival.rejected:
        worst = arrival.rejected[0]
        rows = sum(one.rows for one in arrival.rejected)
        log.warning("campus %s: %d rows not stored: %s: %s", campus, rows, worst.part, worst.why)
    if arrival.shift_s:
        edge.telemetry.clock_doubts.inc()
        log.warning(
            "campus %s: batch %d was made with a wrong clock, moved by %d s",
            campus,
            arrival.batch.seq,
            arrival.shift_s,
        )


def _form_fault(request: Request) -> Response | None:
    """415 with what is understood, for a form of the batch that this version does not know."""
    media, *parameters = [part.strip().lower() for part in request.headers.get("Content-Type", "").split(";")]
    versions = [value for name, _is, value in (p.partition("=") for p in parameters) if name.strip() == "v"]
    if media in ("", _MEDIA) and versions in ([], ["1"]):
        return None
    what = _("the batch must be %(media)s") % {"media": BATCH_MEDIA_TYPE}
    return JSONResponse(
        {"error": what, "understood": [BATCH_MEDIA_TYPE]},
        status_code=415,
        headers={"Accept": BATCH_MEDIA_TYPE},
    )


def _turned_away(edge: Edge, limit: str, status: int, what: str) -> Response:
    edge.telemetry.turned_away.labels(limit).inc()
    return busy(what, status=status)


def _authenticate(edge: Edge, header: str) -> Sender | None:
    token = bearer(header)
    if not token:
        return None
    with edge.engine.connect().execution_options(reads_only=True) as connection:
        return sender_of(connection, edge.pepper, token)


def _number(text: str | None) -> float | None:
    """The number of a header, or None where it is none; not a number and infinity are none."""
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if math.isfinite(number) and abs(number) < 1e12 else None


def _too_large(limit: int) -> Refused:
    return Refused(_("the body is larger than %(limit)d bytes") % {"limit": limit}, status=413)
