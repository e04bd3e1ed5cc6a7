"""wanzhao items: what is to be mended (整改) and proved (补证), by whom, until it is struck off (销号)."""

from __future__ import annotations

import argparse
import getpass
import time
from datetime import date

import msgspec

from inventory.errors import InputError
from inventory.words import _, language, say
from wanzhao.options import Subparsers, add_config, add_json, group, local_time, need_extra, print_table

try:
    from collector.config import load_collector_settings
    from collector.store.engine import open_store
    from collector.store.items import act, read_items
    from inventory.items import STATUSES, Event, EventKind, WorkItem
    from inventory.metrics.catalogue import catalogue
    from inventory.reasons import words as reason_words
except ImportError as error:
    MISSING: ImportError | None = error
else:
    MISSING = None

TIMEZONE = "Asia/Shanghai"


def add(commands: Subparsers, text: str) -> None:
    """Add the command to the parser."""
    if MISSING:
        raise need_extra("collector", MISSING)
    actions = group(commands, "items", text)
    parser = actions.add_parser("list", help=_("what is open, and what waits for a person"))
    parser.add_argument(
        "school", nargs="?", default="", metavar="SCHOOL", help=_("the school's 10-digit code")
    )
    parser.add_argument("--kind", choices=("mend", "prove"), help=_("only this list"))
    parser.add_argument("--status", choices=tuple(STATUSES), help=_("only items of this status"))
    parser.add_argument("--history", action="store_true", help=_("also what was struck off"))
    _add_store(parser, _list)
    parser = actions.add_parser("show", help=_("everything that happened to an item"))
    parser.add_argument("item", metavar="ITEM", help=_("its number, as `items list` shows it"))
    _add_store(parser, _show)
    parser = _action(actions, "assign", _("put a person in charge"), "assigned")
    parser.add_argument("--to", required=True, dest="person", metavar="NAME", help=_("who is in charge"))
    parser.add_argument("--until", metavar="DATE", help=_("the deadline, 2026-12-31"))
    _action(actions, "start", _("say that the work has begun"), "started")
    parser = _action(actions, "close", _("strike an item off that is measured as mended or known"), "closed")
    parser.add_argument("--document", default="", metavar="ID", help=_("the evidence, by its number"))
    _action(actions, "reopen", _("take back that an item was struck off"), "reopened")


def _action(actions: Subparsers, name: str, text: str, kind: EventKind) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = actions.add_parser(name, help=text)
    parser.add_argument("item", metavar="ITEM", help=_("its number, as `items list` shows it"))
    parser.add_argument("--by", default="", metavar="NAME", help=_("who says so (default: this user)"))
    parser.add_argument("--note", default="", metavar="TEXT", help=_("why, or by which document"))
    _add_store(parser, _act)
    parser.set_defaults(kind=kind)
    return parser


def _add_store(parser: argparse.ArgumentParser, run: object) -> None:
    add_config(parser)
    add_json(parser)
    parser.set_defaults(run=run)


def _list(args: argparse.Namespace) -> int:
    engine = open_store(load_collector_settings(args.config).database_url)
    with engine.connect().execution_options(reads_only=True) as connection:
        found = read_items(connection, [args.school] if args.school else None)
    items = [
        item
        for own in found.values()
        for item in own
        if args.kind in (None, item.kind)
        and (args.status == item.status if args.status else item.is_open or args.history)
    ]
    if args.json:
        print(msgspec.json.format(msgspec.json.encode([_told(item) for item in items])).decode())
        return 0
    print_table(
        (_("item"), _("target"), _("campus"), _("metric"), _("reason"), _("status"), _("since"), _("person")),
        [_line(item) for item in items],
    )
    return 0


def _line(item: WorkItem) -> tuple[str, ...]:
    target, campus, metric = item.item.split(":", 2)
    known = catalogue().get(metric.partition(".")[0])
    assigned = item.assigned
    until = assigned.deadline.isoformat() if assigned and assigned.deadline else ""
    return (
        item.name,
        target,
        campus,
        known.name(language()) if known else metric,
        reason_words(item.reason, language()) if item.reason else "",
        say(STATUSES[item.status], language()),
        local_time(item.opened_at, TIMEZONE),
        " ".join(filter(None, (assigned.person if assigned else "", until))),
    )


def _show(args: argparse.Namespace) -> int:
    engine = open_store(load_collector_settings(args.config).database_url)
    school = args.item[1:].rpartition("-")[0]
    with engine.connect().execution_options(reads_only=True) as connection:
        own = read_items(connection, [school]).get(school, []) if school else []
    item = next((each for each in own if each.name == args.item), None)
    if item is None:
        raise InputError(
            _("there is no item %(item)s") % {"item": args.item},
            do=_("see wanzhao items list for their numbers"),
        )
    if args.json:
        print(msgspec.json.format(msgspec.json.encode(_told(item))).decode())
        return 0
    print("  ".join(filter(None, _line(item))))
    for event in item.events:
        told = (
            event.kind,
            event.by,
            event.person,
            event.deadline.isoformat() if event.deadline else "",
            reason_words(event.reason, language()) if event.reason else "",
            event.document,
            event.note,
        )
        print("  ".join([local_time(event.at, TIMEZONE), *filter(None, told)]))
    return 0


def _act(args: argparse.Namespace) -> int:
    event = Event(
        at=time.time(),
        kind=args.kind,
        by=args.by or getpass.getuser(),
        person=getattr(args, "person", ""),
        deadline=_day(getattr(args, "until", None)),
        document=getattr(args, "document", ""),
        note=args.note,
    )
    engine = open_store(load_collector_settings(args.config).database_url)
    with engine.begin() as connection:
        item = act(connection, args.item, event, "command")
    if args.json:
        print(msgspec.json.format(msgspec.json.encode(_told(item))).decode())
    else:
        print("  ".join(filter(None, _line(item))))
    return 0


def _day(written: str | None) -> date | None:
    if written is None:
        return None
    try:
        return date.fromisoformat(written)
    except ValueError as error:
        raise InputError(
            _("%(text)s is no date") % {"text": written}, where="--until", do=_("write it as 2026-12-31")
        ) from error


def _told(item: WorkItem) -> dict[str, object]:
    return {"number": item.name, "status": item.status, **msgspec.to_builtins(item)}
