"""The agent's process: rounds by the clock, the uplink beside them, a clean stop."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import hashlib
import signal
import time
from collections.abc import Callable
from datetime import UTC, datetime

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from agent.asking import Asking
from agent.config import AgentSettings
from agent.now import agent_now
from agent.page import Pages, PageServer
from agent.privacy import load_or_make_key
from agent.probing import Probing
from agent.rounds import Memory, run_round
from agent.spool import Spool
from agent.stations_today import StationsToday
from agent.uplink import Progress, Send, client_for, sender, ship_forever, thinned
from agent.wifi.kept import KnownAps
from inventory.agent_now import AgentNow
from inventory.garbage import collect_garbage_less_often
from inventory.log import get_logger

log = get_logger(__name__)

SPOOL_FILE = "spool.db"
KEY_FILE = "stations.key"
APS_FILE = "access-points.json"
STATIONS_FILE = "stations-today.json"
NEW_OBJECTS = 500_000
"""More than a round makes: it makes 100,000s of tuples and hardly a cycle, and looking for cycles in it would
cost a tenth of its CPU. Each round ends with a look."""


MakePages = Callable[[Callable[[], AgentNow], Callable[[], str]], Pages]
"""Who writes the metrics pages: from what the agent knows now, and the address that it listens on."""


async def run_agent(settings: AgentSettings, make_pages: MakePages) -> None:
    """Poll and ship until SIGINT or SIGTERM; raises only what makes work impossible from the start."""
    collect_garbage_less_often(NEW_OBJECTS)
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    spool = Spool(
        settings.state_dir / SPOOL_FILE,
        max_bytes=settings.spool.max_mib * 2**20,
        max_age_s=settings.spool.max_days * 86400,
        min_free_bytes=settings.spool.min_free_mib * 2**20,
        keep_s=settings.spool.keep_days * 86400,
        thin=thinned,
    )
    try:
        async with client_for(settings.collector) as client:
            await _work(settings, spool, stop, Progress(), sender(client), make_pages)
    finally:
        spool.close()


async def _work(
    settings: AgentSettings,
    spool: Spool,
    stop: asyncio.Event,
    progress: Progress,
    send: Send,
    make_pages: MakePages,
) -> None:
    wake = asyncio.Event()
    memory = Memory(
        aps=KnownAps(settings.state_dir / APS_FILE),
        stations=StationsToday(settings.state_dir / STATIONS_FILE, settings.timezone),
    )
    asking = Asking(settings, memory, load_or_make_key(settings.state_dir / KEY_FILE))
    probing = Probing(settings.probes) if settings.probes else None
    one_at_a_time = asyncio.Lock()
    last_round: list[tuple[float, float]] = []

    def now_of() -> AgentNow:
        return agent_now(settings, memory, spool, progress, probing, last_round[0] if last_round else None)

    page = await _page(settings, now_of, make_pages)

    async def one_round() -> None:
        async with one_at_a_time:
            began, started = time.time(), time.monotonic()
            answered = await run_round(settings, memory, spool, time.time(), asking.poll, probing)
            asking.round_is_over()
            gc.collect()
            last_round[:] = [(began, time.monotonic() - started)]
        log.info(
            "%s: %d of %d devices answered; %d batches wait",
            settings.campus,
            answered,
            len(settings.device),
            spool.depth().batches,
        )
        wake.set()

    now = time.time()
    first = first_round(settings, now)
    scheduler = AsyncIOScheduler(timezone=UTC)
    scheduler.add_job(
        one_round,
        IntervalTrigger(seconds=settings.poll_interval_s, start_date=first),
        coalesce=True,
        max_instances=1,
        misfire_grace_time=max(1, settings.poll_interval_s // 2),
    )
    if first.timestamp() // settings.poll_interval_s > now // settings.poll_interval_s:
        # This slot's time for a round is over; use the slot all the same, so that a start is soon seen.
        scheduler.add_job(one_round)
    scheduler.start()
    uplink = asyncio.create_task(ship_forever(spool, send, wake, progress, memory.heed))
    log.info(
        "agent of campus %s: %d devices every %d s",
        settings.campus,
        len(settings.device),
        settings.poll_interval_s,
    )
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({uplink, stopping}, return_when=asyncio.FIRST_COMPLETED)
    scheduler.shutdown(wait=False)
    for task in (uplink, stopping):
        task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await uplink
    asking.close()
    if page:
        await page.close()
    if probing:
        await probing.close()
    log.info("agent stopped; %d batches wait in the spool", spool.depth().batches)


async def _page(
    settings: AgentSettings, now_of: Callable[[], AgentNow], make_pages: MakePages
) -> PageServer | None:
    """The metrics, where they are asked for."""
    if not settings.metrics_listen:
        return None
    address = [settings.metrics_listen]
    server = PageServer(make_pages(now_of, lambda: address[0]), settings.metrics_web)
    address[0] = await server.start(settings.metrics_listen)
    log.info("metrics on %s", address[0])
    return server


def first_round(settings: AgentSettings, now: float) -> datetime:
    """When the first round starts: inside a slot, at an offset of the campus's own, the same every time.

    The offset lies between a tenth and a half of the interval: a county's agents do not start together, and
    a late start still falls into its slot.
    """
    interval = settings.poll_interval_s
    share = int.from_bytes(hashlib.sha256(settings.campus.encode()).digest()[:4]) / 2**32
    offset = interval * (0.1 + 0.4 * share)
    start = now // interval * interval + offset
    return datetime.fromtimestamp(start if start > now else start + interval, UTC)
