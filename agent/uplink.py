"""From the spool to the collector: one batch in flight, deleted only after the receipt.

The collector's status decides: 200 stored (or already known), 409 this number was used for other content
(a new epoch begins), 400/413/415/422 this batch will never be taken (dead letter), 401/403 the token is
refused (everything waits, people must act), anything else is tried again with full jitter up to 15 minutes.
"""

from __future__ import annotations

import asyncio
import random
import ssl
from dataclasses import dataclass
from typing import Protocol

import httpx
import msgspec
import zstandard

from agent.config import CollectorSettings
from agent.spool import Spool, Spooled
from inventory.config import reveal
from inventory.errors import CollectorError, ConfigError, Refused, Unreachable
from inventory.facts import BATCH_MEDIA_TYPE, Batch
from inventory.log import get_logger
from inventory.words import _

log = get_logger(__name__)

FIRST_WAIT_S = 1.0
LONGEST_WAIT_S = 900.0
_NEVER_TAKEN = frozenset({400, 413, 415, 422})


class Send(Protocol):
    """The seam to the network: give one body to the collector or raise a CollectorError."""

    async def __call__(self, body: bytes) -> None: ...


@dataclass(slots=True)
class Progress:
    """What the uplink did since the start."""

    shipped: int = 0
    refused: int = 0
    failures: int = 0
    last_error: str = ""


async def ship_forever(spool: Spool, send: Send, wake: asyncio.Event, progress: Progress) -> None:
    """Ship whatever the spool holds, and wait for ``wake`` when it is empty."""
    failures = 0
    while True:
        wake.clear()
        batch = spool.oldest()
        if batch is None:
            await wake.wait()
            continue
        try:
            await ship_one(spool, send, batch, progress)
        except CollectorError as error:
            failures += 1
            _say_once(failures, error, spool, progress)
            await asyncio.sleep(wait_s(failures, error))
        else:
            if failures:
                log.info("the collector takes batches again; %d wait", spool.depth().batches)
            failures = 0


async def ship_one(spool: Spool, send: Send, batch: Spooled, progress: Progress) -> None:
    """Ship one batch and settle it in the spool; raises what must be tried again later."""
    try:
        await send(batch.body)
    except Refused as error:
        progress.refused += 1
        if error.status == 409:
            log.warning("batch %d: the collector has other content under this number; new epoch", batch.seq)
            spool.new_epoch(readdress)
        elif error.status in _NEVER_TAKEN:
            log.error("batch %d set aside: %s", batch.seq, error)
            spool.refuse(batch, str(error))
        else:
            raise
    else:
        progress.shipped += 1
        spool.delete(batch.seq)


def readdress(body: bytes, epoch: str) -> bytes:
    """The same batch under a new epoch."""
    batch = msgspec.json.decode(zstandard.ZstdDecompressor().decompress(body), type=Batch)
    return compress(msgspec.json.encode(msgspec.structs.replace(batch, epoch=epoch)))


def compress(body: bytes) -> bytes:
    """zstd level 3, the wire form of a batch."""
    return zstandard.ZstdCompressor(level=3).compress(body)


def wait_s(failures: int, error: CollectorError, rng: random.Random = random.Random()) -> float:  # noqa: B008, S311
    """How long to wait after a failure: what the collector asked for, else full jitter, doubled each time.

    A refused token is not helped by haste: it waits at least a minute, so that a mended token is soon seen.
    """
    if isinstance(error, Unreachable) and error.retry_after_s is not None:
        return min(error.retry_after_s, LONGEST_WAIT_S) + rng.random()
    ceiling = min(FIRST_WAIT_S * 2 ** min(failures - 1, 20), LONGEST_WAIT_S)
    return rng.uniform(60, 120) if isinstance(error, Refused) else rng.uniform(0, ceiling)


def client_for(settings: CollectorSettings) -> httpx.AsyncClient:
    """An HTTP client that knows the county's own CA when one is given; host names are always checked."""
    try:
        trust: ssl.SSLContext | bool = (
            ssl.create_default_context(cafile=str(settings.ca_file)) if settings.ca_file else True
        )
    except (OSError, ssl.SSLError) as error:
        raise ConfigError(
            _("the CA file cannot be used: %(why)s") % {"why": error},
            where=str(settings.ca_file),
            do=_("give a PEM file with the county's CA certificate"),
        ) from error
    return httpx.AsyncClient(
        base_url=settings.url,
        verify=trust,
        timeout=httpx.Timeout(settings.timeout_s),
        headers={"Authorization": f"Bearer {reveal(settings.token)}"},
        trust_env=False,
    )


def sender(client: httpx.AsyncClient) -> Send:
    """The way out over HTTP."""

    async def send(body: bytes) -> None:
        headers = {"Content-Type": BATCH_MEDIA_TYPE, "Content-Encoding": "zstd"}
        try:
            answer = await client.post("/v1/batches", content=body, headers=headers)
        except httpx.HTTPError as error:
            raise Unreachable(
                _("no answer from the collector: %(why)s") % {"why": str(error) or type(error).__name__},
                where=str(client.base_url),
                do=_("batches wait in the spool; check the line, the address and the collector"),
            ) from error
        judge_answer(answer)

    return send


def judge_answer(answer: httpx.Response) -> None:
    """Return on 200, else raise Refused (final) or Unreachable (later)."""
    if answer.status_code == 200:
        return
    where = f"{answer.request.url} HTTP {answer.status_code}"
    if answer.status_code in (429, 500, 502, 503, 504) or answer.is_redirect:
        raise Unreachable(
            _("the collector cannot take it now"), where=where, retry_after_s=_retry_after(answer)
        )
    raise Refused(
        detail(answer) or _("the collector refused the batch"),
        where=where,
        do=_("a new token: wanzhao agent enrol") if answer.status_code in (401, 403) else "",
        status=answer.status_code,
    )


def detail(answer: httpx.Response) -> str:
    """What the collector says of a refusal, at most 300 characters."""
    try:
        return str(answer.json().get("error", ""))[:300]
    except (ValueError, AttributeError):
        return ""


def _retry_after(answer: httpx.Response) -> float | None:
    value = answer.headers.get("Retry-After", "")
    return float(value) if value.isdigit() else None


def _say_once(failures: int, error: CollectorError, spool: Spool, progress: Progress) -> None:
    progress.failures += 1
    progress.last_error = str(error)
    # Once loudly, then every 20th time: a week without WAN must not fill the log.
    level = log.warning if failures == 1 or failures % 20 == 0 else log.debug
    level("%s (try %d; %d batches wait)", error, failures, spool.depth().batches)
