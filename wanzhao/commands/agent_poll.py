"""wanzhao agent poll, card and record: one device, read once."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from agent.card import card
from agent.poll import poll_device
from agent.record.file import Recorded, write_recording
from agent.record.walk import engine_for, station_entries, walk_device
from agent.snmp.engine import Engine
from agent.snmp.replay import load_recording
from agent.snmp.session import Session
from agent.snmp.target import Target
from inventory.errors import InputError, NoAnswer
from inventory.reading import Reading
from inventory.words import _
from wanzhao.commands.show_reading import show
from wanzhao.options import Subparsers, add_json, print_table, run_async
from wanzhao.snmp_options import add_target, engine_of, secrets_of, target_of

RECORD_LIMIT_S = 3600.0


def add(inner: Subparsers) -> None:
    """Add the commands to the parser."""
    poll = inner.add_parser(
        "poll", help=_("poll one device once and print what it says; needs no configuration")
    )
    _add_device(poll)
    add_json(poll)
    poll.set_defaults(run=_poll)

    ability = inner.add_parser("card", help=_("what this model and software has proved able to give"))
    _add_device(ability)
    add_json(ability)
    ability.set_defaults(run=_card)

    record = inner.add_parser(
        "record", help=_("record a whole device in a file for a bug report, without secrets")
    )
    add_target(record)
    record.add_argument("--out", required=True, type=Path, metavar="FILE", help=_("where it is written"))
    record.set_defaults(run=_record)


def _add_device(parser: argparse.ArgumentParser) -> None:
    add_target(parser)
    parser.add_argument(
        "--recording",
        type=Path,
        metavar="FILE",
        help=_("read this recording instead of asking; ADDRESS is then only a name"),
    )


def _read(args: argparse.Namespace) -> Reading:
    """The device of the command line; raises NoAnswer for a silent one."""
    target = target_of(args)
    engine: Engine = load_recording(args.recording) if args.recording else engine_of(args, target)
    reading: Reading = run_async(poll_device(target, now=datetime.now(UTC), engine=engine))
    return reading


def _poll(args: argparse.Namespace) -> int:
    reading = _read(args)
    if args.json:
        _print(reading)
    elif reading.outcome == "ok":
        show(reading)
    if reading.outcome != "ok":
        raise NoAnswer(*reading.notes[:1])
    return 0


def _card(args: argparse.Namespace) -> int:
    reading = _read(args)
    if reading.outcome != "ok":
        raise NoAnswer(*reading.notes[:1])
    made = card(reading)
    if args.json:
        _print(made)
        return 0
    words = {
        "proved": _("proved"),
        "empty": _("nothing there"),
        "unsupported": _("cannot tell"),
        "unread": _("not read"),
    }
    print(" ".join(filter(None, (made.vendor, made.model, made.software))) or (made.sys_object_id or "?"))
    print_table(
        (_("fact"), "", _("proof"), _("seen"), _("tables")),
        [(f.fact, f.title, words[f.proof], f.shown, ", ".join(f.tables)) for f in made.facts],
    )
    return 0


def _record(args: argparse.Namespace) -> int:
    target = target_of(args)
    if args.out.is_dir():
        raise InputError(
            _("this is a folder, not a file"), where=str(args.out), do=_("name a file, e.g. gw.snmprec")
        )
    done = run_async(_recorded(target, engine_of(args, target), args.out))
    print(
        _("%(variables)d variables in %(file)s; %(machines)d MAC addresses of other machines were replaced")
        % {"variables": done.variables, "file": args.out, "machines": done.machines}
    )
    for note in done.notes:
        print(_("note: %(note)s") % {"note": note})
    print(_("read it through before you send it: names of ports, VLANs and rooms are still in it"))
    return 0


async def _recorded(target: Target, engine: Engine, out: Path) -> Recorded:
    reading = await poll_device(target, now=datetime.now(UTC), jobs=frozenset(), engine=engine)
    if reading.outcome != "ok":
        raise NoAnswer(*reading.notes[:1])
    async with Session(engine_for(target), target, RECORD_LIMIT_S) as session:
        walked = await walk_device(session, _progress)
    sys.stderr.write("\n")
    about = " ".join(filter(None, (reading.system.vendor, reading.system.model, reading.system.software)))
    return write_recording(
        out,
        walked,
        stations=station_entries(),
        hidden=secrets_of(target),
        now=datetime.now(UTC),
        about=about or "unknown device",
    )


def _progress(variables: int) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{variables} ")


def _print(record: msgspec.Struct) -> None:
    sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(record), indent=2) + b"\n")
    sys.stdout.buffer.flush()
