"""wanzhao agent: run the daemon, poll one device, enrol."""

from __future__ import annotations

import argparse
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from agent.config import load_agent_settings
from agent.daemon import run_agent
from agent.enrol import enrol, write_token
from agent.facts import is_port
from agent.poll import poll_device
from agent.snmp.target import Target
from inventory import log
from inventory.config import load_log_settings
from inventory.errors import InputError, NoAnswer
from inventory.reading import Ipv4Address, Ipv6Address, Reading
from inventory.words import _
from wanzhao.options import Subparsers, add_config, add_json, group, print_table, run_async


def add(commands: Subparsers, text: str) -> None:
    """Add the command to the parser."""
    inner = group(commands, "agent", text)
    run = inner.add_parser("run", help=_("run the daemon"))
    add_config(run)
    run.set_defaults(run=_run)

    poll = inner.add_parser(
        "poll", help=_("poll one device once and print what it says; needs no configuration")
    )
    poll.add_argument(
        "address", metavar="ADDRESS[:PORT]", help=_("IPv4, [IPv6] or host name; port 161 by default")
    )
    poll.add_argument(
        "--community", metavar="C", help=_("SNMP community (default: WANZHAO_COMMUNITY, else public)")
    )
    poll.add_argument(
        "--snmp-version", choices=("1", "2c"), default="2c", help=_("SNMP version (default: 2c)")
    )
    poll.add_argument(
        "--timeout", type=_seconds, default=3.0, metavar="S", help=_("seconds to wait for an answer")
    )
    poll.add_argument("--retries", type=_count, default=2, metavar="N", help=_("how often to ask again"))
    add_json(poll)
    poll.set_defaults(run=_poll)

    new = inner.add_parser("enrol", help=_("turn a one-time code into this agent's token"))
    new.add_argument("--collector", required=True, metavar="URL")
    new.add_argument("--code", required=True, metavar="CODE", help=_("from: wanzhao collector enrol CAMPUS"))
    new.add_argument(
        "--token-file", required=True, type=Path, metavar="FILE", help=_("where the token is written")
    )
    new.add_argument("--ca-file", type=Path, metavar="FILE", help=_("the county's own CA, PEM"))
    new.set_defaults(run=_enrol)


def parse_address(text: str) -> tuple[str, int]:
    """(host, port) of ADDRESS[:PORT]; IPv6 with a port needs brackets. Raises InputError."""
    host, port = text, "161"
    if text.startswith("["):
        host, _bracket, rest = text[1:].partition("]")
        port = rest.removeprefix(":") or "161"
    elif text.count(":") == 1:
        host, _colon, port = text.partition(":")
    if not host or not port.isdigit() or not 0 < int(port) < 65536:
        raise InputError(
            _("%(text)s is no address") % {"text": text},
            do=_("write 10.1.0.1, 10.1.0.1:161, [2001:db8::1]:161 or a host name"),
        )
    return host, int(port)


def _seconds(text: str) -> float:
    value = float(text)
    if not 0 < value <= 60:
        raise argparse.ArgumentTypeError(_("between 0 and 60 seconds"))
    return value


def _count(text: str) -> int:
    value = int(text)
    if not 0 <= value <= 10:
        raise argparse.ArgumentTypeError(_("between 0 and 10"))
    return value


def _run(args: argparse.Namespace) -> int:
    settings = load_agent_settings(args.config)
    chosen = load_log_settings(args.config)
    log.configure(level=chosen.level, form=chosen.form)
    run_async(run_agent(settings))
    return 0


def _poll(args: argparse.Namespace) -> int:
    host, port = parse_address(args.address)
    community = args.community or os.environ.get("WANZHAO_COMMUNITY") or "public"
    target = Target(
        address=host,
        port=port,
        community=community,
        version=args.snmp_version,
        timeout_s=args.timeout,
        retries=args.retries,
    )
    reading: Reading = run_async(poll_device(target, now=datetime.now(UTC)))
    if args.json:
        sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(reading), indent=2) + b"\n")
        sys.stdout.buffer.flush()
    elif reading.outcome == "ok":
        _show(reading)
    if reading.outcome != "ok":
        raise NoAnswer(*reading.notes[:1])
    return 0


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


def _enrol(args: argparse.Namespace) -> int:
    campus, token = enrol(args.collector, args.code, ca_file=args.ca_file)
    write_token(args.token_file, token)
    print(
        _("enrolled for campus %(campus)s; the token is in %(file)s")
        % {"campus": campus, "file": args.token_file}
    )
    return 0
