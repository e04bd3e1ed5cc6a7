"""wanzhao inventory history: since when each row stands, by whom and from which file, and what was before."""

from __future__ import annotations

import argparse

import msgspec

from inventory.errors import InputError
from inventory.words import N_, _, language, say
from wanzhao.options import Subparsers, add_config, add_json, local_time, print_table

try:
    from collector.config import load_collector_settings
    from collector.judging import register_at
    from collector.store.engine import open_store
    from collector.store.registers import COUNTY, read_versions
    from inventory.history import Event, history
except ImportError as error:
    MISSING: ImportError | None = error
else:
    MISSING = None

WHAT = {"added": N_("added"), "changed": N_("changed"), "removed": N_("removed")}
COUNTY_WORD = "county"


def add(inner: Subparsers) -> None:
    """Add the command to `wanzhao inventory`."""
    text = _("who changed which row of a school, when, and from which file")
    parser = inner.add_parser("history", help=text, description=text)
    parser.add_argument(
        "school", metavar="SCHOOL", help=_("the school's 10-digit code, its name, or county for its own rows")
    )
    parser.add_argument("--table", metavar="NAME", help=_("only one table of the register"))
    parser.add_argument("--rows", action="store_true", help=_("the rows that stand, since when and by whom"))
    add_config(parser)
    add_json(parser)
    parser.set_defaults(run=_history)


def _history(args: argparse.Namespace) -> int:
    if MISSING:
        raise MISSING
    engine = open_store(load_collector_settings(args.config).database_url)
    with engine.connect().execution_options(reads_only=True) as connection:
        register = register_at(connection, float("inf"))
        zone = register.calendar.timezone
        named = {school.name: school.id for school in register.schools}
        wanted = COUNTY if args.school == COUNTY_WORD else named.get(args.school, args.school)
        versions = read_versions(connection, wanted, zone)
    if not versions:
        raise InputError(
            _("there is no school %(name)s in the register") % {"name": args.school},
            do=_("see wanzhao inventory show"),
        )
    found = history(versions)
    standing = [row for row in found.standing if args.table in (None, row.table)]
    events = [event for event in found.events if args.table in (None, event.table)]
    if args.json:
        told = {"standing": standing, "events": events}
        print(msgspec.json.format(msgspec.json.encode(told, enc_hook=str)).decode())
    elif args.rows:
        print_table(
            (_("table"), _("row"), _("since"), _("by"), _("source")),
            [(r.table, _key(r.key), local_time(r.since, zone), r.author, r.source) for r in standing],
        )
    else:
        print_table(
            (_("time"), _("by"), _("source"), _("table"), _("row"), _("what"), ""),
            [
                (
                    local_time(event.at, zone),
                    event.author,
                    event.source,
                    event.table,
                    _key(event.key),
                    say(WHAT[event.what], language()),
                    _cells(event),
                )
                for event in events
            ],
        )
    return 0


def _key(key: tuple[str, ...]) -> str:
    return " ".join(part for part in key if part)


def _cells(event: Event) -> str:
    return ", ".join(f"{column}: {_cell(before)} -> {_cell(after)}" for column, before, after in event.cells)


def _cell(value: object) -> str:
    return "-" if value in (None, "") else str(value)
