"""wanzhao collector forward: tell the collector above what was judged here."""

from __future__ import annotations

import argparse
import asyncio
import secrets
import time
from itertools import count

from inventory import log
from inventory.config import load_log_settings
from inventory.errors import CollectorError, ConfigError
from inventory.words import _
from wanzhao.options import Subparsers, add_config, need_extra, run_async

try:
    import msgspec

    from agent.config import CollectorSettings as Line
    from agent.uplink import client_for, compress, sender, wait_s
    from collector.config import AboveSettings, load_collector_settings
    from collector.store.engine import open_store, still, translated
    from collector.upward import Number, States, batch_of, states_of
    from inventory.facts import Receipt
except ImportError as error:
    MISSING: ImportError | None = error
else:
    MISSING = None

logger = log.get_logger(__name__)

_TURNS = 3
"""Batches in a row: the first one's receipt names what differs, the next one carries it."""


def add(inner: Subparsers) -> None:
    """Add the command to those of ``wanzhao collector``."""
    parser = inner.add_parser("forward", help=_("tell the collector above what was judged here"))
    parser.add_argument("--once", action="store_true", help=_("now and not again; an error if it fails"))
    add_config(parser)
    parser.set_defaults(run=_forward)


def _forward(args: argparse.Namespace) -> int:
    if MISSING is not None:
        raise need_extra("collector", MISSING)
    settings = load_collector_settings(args.config)
    chosen = load_log_settings(args.config)
    log.configure(level=chosen.level, form=chosen.form)
    if settings.above is None:
        raise ConfigError(
            _("no collector above is named"),
            where=f"{args.config}: collector.above",
            do=_("fill in [collector.above]; see config.example.toml"),
        )
    run_async(_work(settings.database_url, settings.above, once=args.once))
    return 0


async def _work(database: str, above: AboveSettings, *, once: bool) -> None:
    epoch, numbers, failures = secrets.token_hex(8), count(1), 0
    line = Line.model_validate(above.model_dump(exclude={"campus", "interval_s"}))
    async with client_for(line) as client:
        send = sender(client)

        async def tell(states: States, wanted: list[str]) -> Receipt:
            number = Number(above.campus, epoch, next(numbers), time.time())
            return await send(compress(msgspec.json.encode(batch_of(states, number, wanted))))

        while True:
            try:
                states = await asyncio.to_thread(_states, database, above.campus)
                wanted: list[str] = []
                for _turn in range(_TURNS):
                    wanted = (await tell(states, wanted)).frames_wanted
                    if not wanted:
                        break
                logger.info("%d schools are known to %s", len(states) - 1, above.url)
                failures = 0
            except CollectorError as error:
                if once:
                    raise
                failures += 1
                logger.error("%s", error)
                await asyncio.sleep(wait_s(failures, error))
                continue
            if once:
                return
            await asyncio.sleep(above.interval_s)


def _states(database: str, campus: str) -> States:
    engine = open_store(database)
    try:
        with translated(engine), still(engine) as connection:
            return states_of(connection, campus)
    finally:
        engine.dispose()
