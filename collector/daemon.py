"""The collector's process: HTTP at the edge, judging by the clock, a clean stop."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import ssl
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import uvicorn
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp

from collector.config import CollectorSettings
from collector.console.mount import ConsolePages, routes_of
from collector.judging import Plan, load_plans
from collector.publish import Publish, Published
from collector.rounds import Rounds
from collector.store.compact import compact_due
from collector.store.engine import open_store
from collector.store.leader import leading
from collector.store.partitions import make_parts
from collector.store.retention import delete_old
from collector.store.tokens import load_pepper
from collector.telemetry import Telemetry
from collector.web.app import Edge, make_app
from collector.web.guard import GuardedProtocol
from collector.whole import WholeReports
from inventory.errors import ConfigError, StoreError, WanzhaoError
from inventory.garbage import collect_garbage_less_often
from inventory.log import get_logger
from inventory.web import Certificate
from inventory.words import _

if sys.platform != "win32":
    import resource

log = get_logger(__name__)

PEPPER_FILE = "pepper"
TIDY_INTERVAL_S = 600
RENEW_INTERVAL_S = 30
NEW_OBJECTS = 50_000
"""Some hundred batches' worth: decoding makes lists by the thousand, and no cycles."""
CONNECTIONS = 4096
"""Open at once; each agent keeps one for a minute after a batch."""


class _Server(uvicorn.Server):
    """uvicorn without its own signal handling, which would end the process before it has tidied up."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class Judging:
    """Judges when asked, and holds what the last judging left to show."""

    def __init__(self, engine: Engine, plans: list[Plan], telemetry: Telemetry, publish: Publish) -> None:
        self.engine = engine
        self._rounds = Rounds(engine, plans)
        self._whole = WholeReports(engine, plans)
        self.telemetry = telemetry
        self.publish = publish
        self.published = Published()
        self._one_at_a_time = asyncio.Lock()
        self._has_judged = False

    async def run_once(self) -> None:
        """One judging of all schools under all plans; an error leaves the pages as they were."""
        try:
            async with self._one_at_a_time:
                started = time.perf_counter()
                self.published = await run_in_threadpool(self._judge, time.time())
        except ConfigError as error:
            log.warning("%s", error)  # no register yet: normal on the first day
            return
        except WanzhaoError as error:
            self.telemetry.judge_failures.inc()
            log.error("judging failed: %s", error)
            return
        except Exception:
            # The outermost loop of judging: the pages stay as they were, taking batches in goes on.
            self.telemetry.judge_failures.inc()
            log.exception("judging failed")
            return
        if not self._has_judged:
            self._has_judged = True
            log.info("first judging done: %d pages", len(self.published.pages))
        self.telemetry.judge_seconds.set(time.perf_counter() - started)
        self.telemetry.judged_at.set(self.published.judged_at)

    def _judge(self, now: float) -> Published:
        fresh = Published(judged_at=now, whole=self._whole)
        with leading(self.engine, "judge") as leads:
            for view in self._rounds.round(now, keep=leads):
                fresh.views[view.profile.id] = view
                self.publish(fresh, view, now)
        self.telemetry.judged_schools.inc(self._rounds.judged)
        return fresh


def tidy(engine: Engine) -> None:
    """Compact what has landed and delete what is too old, where no other collector is at it."""
    try:
        with leading(engine, "compact") as leads:
            compacted = compact_due(engine, time.time()) if leads else 0
        with leading(engine, "tidy") as leads:
            make_parts(engine, time.time())
            deleted = delete_old(engine, time.time()) if leads else 0
    except SQLAlchemyError as error:
        log.error("compaction: %s", str(error).splitlines()[0])
    else:
        log.debug("%d batches of samples compacted, %d old rows deleted", compacted, deleted)


def server_config(
    settings: CollectorSettings, app: ASGIApp, context: ssl.SSLContext | None = None
) -> uvicorn.Config:
    """How HTTP is served: HTTP/1.1 behind the guard, no trust in what a proxy may say."""
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=8,
        limit_concurrency=CONNECTIONS,
        http=GuardedProtocol,
        ws="none",
        server_header=False,
        proxy_headers=False,
        lifespan="off",
    )
    if context is not None:
        config.load()
        config.ssl = context
    return config


async def run_collector(
    settings: CollectorSettings, base: Path, publish: Publish, pages: ConsolePages | None = None
) -> None:
    """Serve and judge until SIGINT or SIGTERM. ``publish`` turns a judged county into pages, ``pages`` draw
    the console; without them there is none."""
    _allow_many_files()
    collect_garbage_less_often(NEW_OBJECTS)
    engine = open_store(settings.database_url)
    make_parts(engine, time.time())
    pepper = load_pepper(settings.state_dir / PEPPER_FILE)
    telemetry = Telemetry()
    plans = load_plans(settings.profiles, base)
    judging = Judging(engine, plans, telemetry, publish)
    edge = Edge(settings, engine, pepper, telemetry, lambda: judging.published)
    console = routes_of(edge, plans, pages) if pages else []
    tls = settings.web.tls_server_config
    certificate = Certificate(tls) if tls else None
    context = certificate.context if certificate else None
    server = _Server(server_config(settings, make_app(edge, console), context))
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, setattr, server, "should_exit", True)
    scheduler = AsyncIOScheduler()
    scheduler.add_job(
        judging.run_once,
        IntervalTrigger(seconds=settings.judge_interval_s),
        coalesce=True,
        max_instances=1,
        misfire_grace_time=None,
    )
    scheduler.add_job(
        run_in_threadpool,
        IntervalTrigger(seconds=TIDY_INTERVAL_S),
        args=(tidy, engine),
        coalesce=True,
        max_instances=1,
        misfire_grace_time=None,
    )
    if certificate:
        scheduler.add_job(certificate.renew, IntervalTrigger(seconds=RENEW_INTERVAL_S), coalesce=True)
    scheduler.start()
    first = asyncio.create_task(judging.run_once())
    log.info(
        "collector listens on %s, database %s",
        settings.listen,
        engine.url.render_as_string(hide_password=True),
    )
    try:
        await server.serve()
    except SystemExit as error:  # uvicorn's way to say that it cannot bind
        raise StoreError(
            _("cannot listen on %(listen)s") % {"listen": settings.listen},
            do=_("choose a free port with collector.listen, or stop the program that has it"),
        ) from error
    finally:
        scheduler.shutdown(wait=False)
        await first
        await run_in_threadpool(edge.close)
        engine.dispose()
    log.info("collector stopped")


def _allow_many_files() -> None:
    """As many open files as the system lets us have, up to what our connections need: a service is often
    started with 1,024."""
    if sys.platform == "win32":
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2 * CONNECTIONS if hard == resource.RLIM_INFINITY else min(2 * CONNECTIONS, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
