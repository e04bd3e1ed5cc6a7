"""wanzhao collector status, backup, restore and migrate: the operator's view of the store."""

from __future__ import annotations

import argparse
import time
from datetime import UTC, datetime
from pathlib import Path

from inventory.errors import InputError, Problem
from inventory.words import _
from wanzhao.options import Subparsers, add_config, add_json, need_extra, print_json, print_table

try:
    from msgspec import to_builtins

    from collector.backup import back_up, restore
    from collector.config import CollectorSettings, load_collector_settings
    from collector.daemon import PEPPER_FILE
    from collector.status import AgentState, Status, problems, status_of
    from collector.store.engine import change_version, make_engine, open_store, still, translated
    from collector.store.schema import SCHEMA_VERSION
    from collector.store.upgrade import FIRST_VERSION, version_of
except ImportError as error:
    MISSING: ImportError | None = error
else:
    MISSING = None


def add(inner: Subparsers) -> None:
    """Add the commands to those of ``wanzhao collector``."""
    status = inner.add_parser("status", help=_("show how the store is; exit code 1 when it needs a person"))
    status.add_argument("--agents", action="store_true", help=_("list every agent"))
    add_json(status)
    status.set_defaults(run=_status)

    backup = inner.add_parser("backup", help=_("write every table to one file, while the collector runs"))
    backup.add_argument("path", type=Path, metavar="FILE", help=_("the file to write; must not be there"))
    backup.set_defaults(run=_backup)

    back = inner.add_parser("restore", help=_("fill an empty database from a backup"))
    back.add_argument("path", type=Path, metavar="FILE", help=_("a file that backup has written"))
    back.add_argument("--force", action="store_true", help=_("throw away what the database holds"))
    back.set_defaults(run=_restore)

    migrate = inner.add_parser("migrate", help=_("change the schema version of the database"))
    migrate.add_argument("way", choices=("up", "down"), help=_("to a newer or an older version"))
    migrate.add_argument("--to", type=int, metavar="N", help=_("the version (up: the newest)"))
    migrate.set_defaults(run=_migrate)

    for parser in (status, backup, back, migrate):
        add_config(parser)


def _status(args: argparse.Namespace) -> int:
    settings = _settings(args)
    engine = open_store(settings.database_url)
    try:
        with translated(engine), still(engine) as connection:
            status = status_of(connection, time.time())
    finally:
        engine.dispose()
    found = list(problems(status, settings.agent_fresh_s))
    if args.json:
        print_json(to_builtins(status) | {"problems": [str(problem) for problem in found]})
    else:
        _show(status, found, every_agent=args.agents)
    return 1 if found else 0


def _backup(args: argparse.Namespace) -> int:
    settings = _settings(args)
    engine = open_store(settings.database_url)
    try:
        sums = back_up(engine, args.path, time.time())
    finally:
        engine.dispose()
    rows = sum(one.rows for one in sums.values())
    print(_("%(rows)d rows written to %(path)s") % {"rows": rows, "path": args.path})
    print(_("keep a copy of %(path)s too, but elsewhere") % {"path": settings.state_dir / PEPPER_FILE})
    return 0


def _restore(args: argparse.Namespace) -> int:
    engine = make_engine(_settings(args).database_url)
    try:
        done = restore(engine, args.path, force=args.force)
    finally:
        engine.dispose()
    print(
        _("%(rows)d rows of %(time)s restored")
        % {"rows": sum(done.rows.values()), "time": _utc(done.made_at)}
    )
    print(_("agents send again by themselves what they still keep of the time since"))
    return 0


def _migrate(args: argparse.Namespace) -> int:
    engine = make_engine(_settings(args).database_url)
    to = SCHEMA_VERSION if args.to is None and args.way == "up" else args.to
    try:
        with translated(engine):
            with engine.connect().execution_options(reads_only=True) as connection:
                found = version_of(connection)
            _check_way(args.way, found or 0, to)
            change_version(engine, to)
    finally:
        engine.dispose()
    print(_("schema version %(old)s is now %(new)s") % {"old": found or "-", "new": to})
    return 0


def _check_way(way: str, found: int, to: int | None) -> None:
    if to is None:
        raise InputError(_("say which version: --to N"))
    if not FIRST_VERSION <= to <= SCHEMA_VERSION or (to > found if way == "down" else to < found):
        raise InputError(
            _("schema version %(found)d does not go %(way)s to %(to)d")
            % {"found": found, "way": way, "to": to},
            do=_("this program knows versions %(first)d to %(last)d")
            % {"first": FIRST_VERSION, "last": SCHEMA_VERSION},
        )


def _show(status: Status, found: list[Problem], *, every_agent: bool) -> None:
    kept = status.kept
    heard = sum(one.last_report is not None for one in status.agents)
    oldest = "-" if kept.landing_oldest_day is None else _utc(kept.landing_oldest_day * 86400)[:10]
    print_table(
        (_("what"), _("value")),
        [
            (_("schema version"), status.schema_version),
            (_("database"), _mib(kept.database_bytes)),
            (_("agents that have reported"), f"{heard} / {len(status.agents)}"),
            (_("batches in the ledger"), kept.rows["ledger"]),
            (_("facts"), kept.rows["fact"]),
            (_("holes"), len(status.holes)),
            (_("gaps of the last seven days"), len(status.gaps)),
            (_("times of a wrong clock"), kept.rows["clock_doubt"]),
            (_("batches of samples to compact"), kept.rows["landing"]),
            (_("the oldest of them"), oldest),
            (_("samples"), _mib(kept.chunk_bytes)),
            (_("hourly samples"), _mib(kept.rollup_bytes)),
        ],
    )
    if every_agent:
        print()
        print_table(
            (_("agent"), _("last report"), _("version"), _("clock off by"), _("epoch")),
            [
                (one.agent, one.last_report and _utc(one.last_report), one.version, _offset(one), one.epoch)
                for one in status.agents
            ],
        )
    print()
    for problem in found:
        print(problem)
    if not found:
        print(_("nothing needs a person"))


def _offset(one: AgentState) -> str:
    return "-" if one.clock_offset_s is None else f"{one.clock_offset_s:+.1f} s"


def _mib(count: int) -> str:
    return f"{count / 2**20:.1f} MiB"


def _utc(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M UTC")


def _settings(args: argparse.Namespace) -> CollectorSettings:
    if MISSING:
        raise need_extra("collector", MISSING)
    return load_collector_settings(args.config)
