"""wanzhao audit: the log of who did what in the console and by commands, and whether it is whole."""

from __future__ import annotations

import argparse
import re

import msgspec

from inventory.errors import InputError
from inventory.words import N_, _, language, say
from wanzhao.options import (
    Subparsers,
    add_config,
    add_json,
    group,
    local_time,
    need_extra,
    print_json,
    print_table,
)

try:
    from collector.config import load_collector_settings
    from collector.people.audit import ACTIONS, Head, head_of, read_audit, verify
    from collector.store.engine import open_store, still
except ImportError as error:
    MISSING: ImportError | None = error
else:
    MISSING = None

TIMEZONE = "Asia/Shanghai"
_HEAD = re.compile(r"(\d+):([0-9a-f]{64})")
WHY = {
    "altered": N_("it was altered"),
    "missing": N_("it is missing"),
    "cut": N_("the end of the log was cut off"),
    "replaced": N_("the log was written anew"),
}


def add(commands: Subparsers, text: str) -> None:
    """Add the command to the parser."""
    if MISSING:
        raise need_extra("collector", MISSING)
    actions = group(commands, "audit", text)
    listed = actions.add_parser("list", help=_("the newest rows first"))
    listed.add_argument("--who", default="", metavar="USER", help=_("only what this one did"))
    listed.add_argument("--action", default="", choices=("", *ACTIONS), metavar="ACTION", help=_("only this"))
    listed.add_argument("--limit", type=int, default=50, metavar="N", help=_("how many (default: 50)"))
    listed.add_argument("--before", type=int, metavar="NUMBER", help=_("older than this row"))
    listed.set_defaults(run=_list)
    checked = actions.add_parser("verify", help=_("read every row; exit code 1 names the first broken one"))
    checked.add_argument(
        "--head", metavar="NUMBER:HASH", help=_("a head that was printed earlier has to be there still")
    )
    checked.set_defaults(run=_verify)
    for parser in (listed, checked):
        add_json(parser)
        add_config(parser)


def _list(args: argparse.Namespace) -> int:
    engine = open_store(load_collector_settings(args.config).database_url)
    with engine.connect().execution_options(reads_only=True) as connection:
        rows = read_audit(
            connection, before=args.before, limit=max(args.limit, 1), who=args.who, action=args.action
        )
    if args.json:
        print_json(msgspec.to_builtins(rows))
        return 0
    print_table(
        (_("number"), _("time"), _("who"), _("from"), _("action"), _("what"), _("details")),
        [
            (
                row.number,
                local_time(row.at, TIMEZONE),
                row.who,
                row.origin,
                say(ACTIONS[row.action], language()) if row.action in ACTIONS else row.action,
                row.object,
                row.detail if row.detail != "{}" else "",
            )
            for row in rows
        ],
    )
    return 0


def _verify(args: argparse.Namespace) -> int:
    engine = open_store(load_collector_settings(args.config).database_url)
    with still(engine) as connection:
        broken = verify(connection, _kept(args.head))
        head = head_of(connection)
    if args.json:
        print_json({"broken": broken and {"number": broken.number, "why": broken.why}, "head": str(head)})
    elif broken:
        print(
            _("row %(number)d: %(why)s") % {"number": broken.number, "why": say(WHY[broken.why], language())}
        )
    else:
        print(_("%(n)d rows, each as it was written") % {"n": head.number})
        print(_("keep this head elsewhere: %(head)s") % {"head": head})
    return 1 if broken else 0


def _kept(text: str | None) -> Head | None:
    if text is None:
        return None
    found = _HEAD.fullmatch(text)
    if found is None:
        raise InputError(_("this is no head"), where="--head", do=_("give NUMBER:HASH as verify printed it"))
    return Head(int(found[1]), found[2])
