"""From the spool to the collector: one batch in flight, settled only after a receipt of that very batch.

The collector's answer decides: 200 stored (or already known), 409 this number was used for other content
(a new epoch begins), 400/413/415/422 this batch will never be taken (dead letter), 401/403 the token is
refused (everything waits, people must act), anything else is tried again with full jitter up to 15 minutes.

A batch that is too large (413), or that does not get through a slow line before the collector closes it
(408), is sent without its samples, and says so itself in a gap. Splitting it is no way: its parts would
need numbers of their own, and facts that come after younger ones would undo them.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

import httpx

from agent.spool import Spool, Spooled
from agent.uplink_body import Key, clock, compress, key_of, readdress, thinned, thinned_and_told
from agent.uplink_http import Line, NotThrough, client_for
from agent.uplink_http import Sender as _Sender
from inventory.errors import CollectorError, Refused, StoreError, Unreachable, WanzhaoError
from inventory.facts import Lane, Receipt
from inventory.log import get_logger
from inventory.words import _

__all__ = [
    "Line",
    "Progress",
    "Send",
    "client_for",
    "clock",
    "compress",
    "readdress",
    "sender",
    "ship_forever",
    "ship_one",
    "thinned",
    "wait_s",
]

log = get_logger(__name__)

FIRST_WAIT_S = 1.0
LONGEST_WAIT_S = 900.0
_NEVER_TAKEN = frozenset({400, 413, 415, 422})
_TOO_SLOW_TRIES = 3
"""408 so often for one batch: its samples are left out; as often again: it is set aside."""
_NOT_THROUGH_TRIES = 20
"""The same for connections that break under one batch, or a proxy that refuses it. Rather the line does that
than the batch, so a try counts only where a batch of the other lane got through since the last one."""


class Send(Protocol):
    """The seam to the network: give one body to the collector, or raise a CollectorError."""

    async def __call__(self, body: bytes) -> Receipt: ...


@dataclass(slots=True)
class Stuck:
    """How often one batch did not get through a line that works otherwise. ``shipped`` is what had been
    shipped when the last such try was counted."""

    key: Key
    shipped: int
    too_slow: int = 0
    not_through: int = 0
    light: bool = False
    """It is sent without its samples from now on."""


@dataclass(slots=True)
class Progress:
    """What the uplink did since the start. ``bytes`` counts acknowledged bodies, ``duplicate`` those shipped
    batches that the collector had already, ``thinned`` those that went without samples; times are seconds
    since 1970; ``clock_offset_s`` is the collector's clock minus ours, None until it is told."""

    shipped: int = 0
    duplicate: int = 0
    thinned: int = 0
    refused: int = 0
    failures: int = 0
    bytes: int = 0
    last_receipt_at: float = 0.0
    clock_offset_s: float | None = None
    last_error: str = ""
    stuck: dict[Lane, Stuck] = field(default_factory=dict)


def _nothing(_receipt: Receipt) -> None:
    """What is done with a receipt when nobody asks for it."""


async def ship_forever(
    spool: Spool,
    send: Send,
    wake: asyncio.Event,
    progress: Progress,
    on_receipt: Callable[[Receipt], None] = _nothing,
) -> None:
    """Ship whatever the spool holds, and wait for ``wake`` when it is empty."""
    failures = 0
    while True:
        wake.clear()
        try:
            batch = spool.oldest()
            if batch is None:
                await wake.wait()
                continue
            await ship_one(spool, send, batch, progress, on_receipt)
        except (CollectorError, StoreError) as error:
            failures += 1
            _say_once(failures, error, spool, progress)
            await asyncio.sleep(wait_s(failures, error))
        else:
            if failures:
                log.info("the collector takes batches again; %d wait", spool.depth().batches)
            failures = 0


async def ship_one(
    spool: Spool,
    send: Send,
    batch: Spooled,
    progress: Progress,
    on_receipt: Callable[[Receipt], None] = _nothing,
) -> None:
    """Ship one batch and settle it in the spool; raises what must be tried again later."""
    key = key_of(batch.body)
    if key is None:
        log.error("batch %d cannot be read: set aside", batch.seq)
        progress.refused += 1
        spool.refuse(batch, _("the body is no batch"))
        return
    stuck = progress.stuck.get(key.lane)
    if stuck is None or stuck.key != key:
        stuck = progress.stuck[key.lane] = Stuck(key, progress.shipped)
    try:
        receipt = await _sent(send, batch.body, stuck, progress)
    except (Refused, NotThrough) as error:
        _heed(spool, batch, error, stuck, progress)
    else:
        spool.settle(batch, receipt.have_seq)
        _count(progress, receipt, len(batch.body))
        on_receipt(receipt)


def sender(client: httpx.AsyncClient, line: Line | None = None) -> Send:
    """The way out over HTTP; ``line`` is what it measures of the line."""
    return _Sender(client, line)


def wait_s(failures: int, error: WanzhaoError, rng: random.Random = random.Random()) -> float:  # noqa: B008, S311
    """How long to wait after a failure: full jitter, doubled each time, up to 15 minutes; after what the
    collector asked for, where it asked.

    A refused token is not helped by haste: it waits at least a minute, so that a mended token is soon seen.
    """
    if isinstance(error, Refused) and error.status != 408:
        return rng.uniform(60, 120)
    ceiling = min(FIRST_WAIT_S * 2 ** min(failures - 1, 20), LONGEST_WAIT_S)
    asked = error.retry_after_s if isinstance(error, Unreachable) else None
    return rng.uniform(0, ceiling) if asked is None else min(asked + rng.uniform(0, ceiling), LONGEST_WAIT_S)


async def _sent(send: Send, body: bytes, stuck: Stuck, progress: Progress) -> Receipt:
    """The receipt of this very batch, sent whole or without its samples."""
    if not stuck.light:
        try:
            return _matching(await send(body), stuck.key)
        except (Refused, NotThrough) as error:
            if not _too_heavy(error, stuck, progress.shipped) or thinned(body) is None:
                raise
        log.error(
            "batch %d (%d bytes) does not get through: its samples are left out", stuck.key.seq, len(body)
        )
        stuck.light, stuck.too_slow, stuck.not_through = True, 0, 0
    try:
        receipt = _matching(await send(thinned_and_told(body) or body), stuck.key)
    except (Refused, NotThrough) as error:
        _too_heavy(error, stuck, progress.shipped)
        raise
    progress.thinned += 1
    return receipt


def _too_heavy(error: Refused | NotThrough, stuck: Stuck, shipped: int) -> bool:
    """Whether the batch itself is what does not fit. A time-out of ours is no sign of it: a collector that
    hangs looks the same, and samples must not be lost for that."""
    if isinstance(error, NotThrough):
        stuck.not_through += shipped > stuck.shipped
        stuck.shipped = shipped
        return stuck.not_through >= _NOT_THROUGH_TRIES
    if error.status == 408:
        stuck.too_slow += 1
        return stuck.too_slow >= _TOO_SLOW_TRIES
    return error.status == 413


def _heed(
    spool: Spool, batch: Spooled, error: Refused | NotThrough, stuck: Stuck, progress: Progress
) -> None:
    """Settle a batch that was not taken for good, or raise the error again where waiting is the answer."""
    if isinstance(error, Refused) and error.status == 409:
        log.warning("batch %d: the collector has other content under this number; new epoch", batch.seq)
        spool.new_epoch(readdress)
    elif _never_taken(error, stuck):
        log.error("batch %d set aside: %s", batch.seq, error)
        progress.refused += 1
        spool.refuse(batch, str(error))
    else:
        raise error


def _never_taken(error: Refused | NotThrough, stuck: Stuck) -> bool:
    """Whether the batch will never be taken, not even without its samples."""
    if isinstance(error, Refused) and error.status in _NEVER_TAKEN:
        return True
    return stuck.too_slow >= _TOO_SLOW_TRIES or stuck.not_through >= _NOT_THROUGH_TRIES


def _matching(receipt: Receipt, key: Key) -> Receipt:
    """The receipt, if it is of this batch; something between that answers from memory must delete nothing."""
    if (receipt.agent, receipt.epoch, receipt.lane, receipt.seq) == (key.agent, key.epoch, key.lane, key.seq):
        return receipt
    raise Unreachable(
        _("the receipt is of another batch"),
        where=f"{receipt.agent[:64]}/{receipt.lane[:16]}/{receipt.seq}",
        do=_("check for a cache or proxy on the way to the collector"),
    )


def _count(progress: Progress, receipt: Receipt, size: int) -> None:
    progress.shipped += 1
    progress.duplicate += receipt.status == "duplicate"
    progress.bytes += size
    progress.last_receipt_at = time.time()
    progress.clock_offset_s = receipt.clock_offset_s


def _say_once(failures: int, error: WanzhaoError, spool: Spool, progress: Progress) -> None:
    progress.failures += 1
    progress.last_error = str(error)
    # Once loudly, then every 20th time: a week without WAN must not fill the log.
    level = log.warning if failures == 1 or failures % 20 == 0 else log.debug
    level("%s (try %d; %d batches wait)", error, failures, spool.depth().batches)
