"""wanzhao agent poll, card and record: one device, read once."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from agent.card import card
from agent.facts import is_port
from agent.poll import poll_device
from agent.record.file import Recorded, write_recording
from agent.record.walk import engine_for, station_entries, walk_device
from agent.snmp.engine import Engine
from agent.snmp.replay import load_recording
from agent.snmp.session import Session
from agent.snmp.target import Target
from inventory.errors import InputError, NoAnswer
from inventory.reading import Ipv4Address, Ipv6Address, Reading
from inventory.words import _
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
        _show(reading)
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


def _show(reading: Reading) -> None:
    system = reading.system
    print(f"{system.sys_name or reading.address}  {' '.join(filter(None, (system.vendor, system.model)))}")
    for name, value in (
        (_("software"), system.software),
        (_("serial"), system.serial),
        (_("location"), system.location),
        (_("up for"), _span(system.uptime_s)),
    ):
        print(f"  {name}: {value if value is not None else '-'}")
    up = [port for port in reading.interfaces if port.oper_status == "up"]
    print("\n" + _("interfaces: %(all)d, up: %(up)d") % {"all": len(reading.interfaces), "up": len(up)})
    ports = [port for port in up if is_port(port) and port.speed_mbps != 0]
    if len(ports) < len(up):
        print(_("shown: Ethernet ports and aggregates that are up (--json has all)"))
    print_table(
        (_("name"), _("Mbit/s"), _("admin"), _("oper"), _("alias")),
        [(p.name or p.descr, _number(p.speed_mbps), p.admin_status, p.oper_status, p.alias) for p in ports],
    )
    addresses: list[Ipv4Address | Ipv6Address] = [*reading.ipv4_addresses, *reading.ipv6_addresses]
    names = {port.if_index: port.name or port.descr for port in reading.interfaces}
    if addresses:
        print("\n" + _("addresses"))
        print_table(
            (_("address"), _("interface")),
            [(f"{a.address}/{_number(a.prefix_length)}", names.get(a.if_index or 0)) for a in addresses],
        )
    if reading.wireless:
        states = [ap.state for ap in reading.wireless.aps]
        print(
            "\n"
            + _("access points: %(all)d, online: %(online)d, clients: %(clients)s")
            % {
                "all": len(states),
                "online": states.count("online"),
                "clients": _number(reading.wireless.clients),
            }
        )
    print("\n" + _("tables"))
    print_table(
        (_("table"), _("status"), _("rows"), _("seconds"), ""),
        [(name, t.status, t.rows, f"{t.seconds:.2f}", t.detail) for name, t in reading.tables.items()],
    )
    for note in reading.notes:
        print(_("note: %(note)s") % {"note": note})


def _number(value: float | None) -> str:
    return "?" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def _span(seconds: float | None) -> str | None:
    if seconds is None:
        return None
    days, rest = divmod(int(seconds), 86400)
    return _("%(days)d d %(hours)d h") % {"days": days, "hours": rest // 3600}
