"""How the command line names one device and the way to ask it."""

from __future__ import annotations

import argparse
import os
from typing import get_args

from agent.snmp.choose import ENGINES, engine_named
from agent.snmp.engine import Engine
from agent.snmp.target import Auth, KeyExtension, Priv, Target, User, Version
from inventory.config import reveal
from inventory.errors import InputError
from inventory.words import _


def add_target(parser: argparse.ArgumentParser) -> None:
    """ADDRESS and everything that SNMP needs to reach it."""
    parser.add_argument(
        "address", metavar="ADDRESS[:PORT]", help=_("IPv4, [IPv6] or host name; port 161 by default")
    )
    add_credentials(parser)


def add_credentials(parser: argparse.ArgumentParser) -> None:
    """How to ask: community or SNMPv3 user, engine, patience."""
    snmp = parser.add_argument_group("SNMP")
    snmp.add_argument(
        "--community", metavar="C", help=_("SNMP community (default: WANZHAO_COMMUNITY, else public)")
    )
    snmp.add_argument(
        "--snmp-version",
        choices=("1", "2c", "3"),
        help=_("SNMP version (default: 2c, or 3 where --user is given)"),
    )
    snmp.add_argument("--user", metavar="NAME", help=_("SNMPv3 user"))
    snmp.add_argument("--auth", choices=get_args(Auth), help=_("SNMPv3 authentication"))
    snmp.add_argument("--auth-key", metavar="REF", help=_("its password, as file:PATH or env:NAME"))
    snmp.add_argument("--priv", choices=get_args(Priv), help=_("SNMPv3 privacy"))
    snmp.add_argument("--priv-key", metavar="REF", help=_("its password, as file:PATH or env:NAME"))
    snmp.add_argument("--context", default="", metavar="NAME", help=_("SNMPv3 context (seldom needed)"))
    snmp.add_argument(
        "--key-extension",
        choices=get_args(KeyExtension),
        default="blumenthal",
        help=_("how AES192 and AES256 keys are made: reeder on Cisco"),
    )
    snmp.add_argument(
        "--allow-weak",
        action="store_true",
        help=_("accept MD5 and DES, for a device that can do no better"),
    )
    snmp.add_argument(
        "--engine", choices=ENGINES, default="auto", help=_("SNMP engine (default: the fastest that can)")
    )
    snmp.add_argument(
        "--timeout", type=_seconds, default=3.0, metavar="S", help=_("seconds to wait for an answer")
    )
    snmp.add_argument("--retries", type=_count, default=2, metavar="N", help=_("how often to ask again"))


def target_of(args: argparse.Namespace) -> Target:
    """The device that the options name. Raises InputError, ConfigError."""
    host, port = parse_address(args.address)
    return target_at(host, port, args)


def target_at(host: str, port: int, args: argparse.Namespace) -> Target:
    """A device at this address, asked as the options say."""
    user = _user(args)
    version: Version = args.snmp_version or ("3" if user else "2c")
    if version == "3" and user is None:
        raise InputError(_("SNMPv3 needs a user"), where="--user", do=_("give --user NAME"))
    community = args.community or os.environ.get("WANZHAO_COMMUNITY") or "public"
    return Target(
        address=host,
        port=port,
        community=community,
        version=version,
        user=user if version == "3" else None,
        timeout_s=args.timeout,
        retries=args.retries,
    )


def engine_of(args: argparse.Namespace, target: Target) -> Engine:
    """The engine that the options name."""
    return engine_named(args.engine, target)


def secrets_of(target: Target) -> list[str]:
    """What must not stand in anything that is written about this device."""
    user = target.user
    return [target.community, *((user.auth_key, user.priv_key, user.name) if user else ())]


def _user(args: argparse.Namespace) -> User | None:
    if not args.user:
        return None
    return User(
        args.user,
        auth=args.auth,
        auth_key=reveal(args.auth_key) if args.auth_key else "",
        priv=args.priv,
        priv_key=reveal(args.priv_key) if args.priv_key else "",
        context=args.context,
        key_extension=args.key_extension,
        allow_md5=args.allow_weak,
        allow_des=args.allow_weak,
    )


def parse_address(text: str, default_port: str = "161") -> tuple[str, int]:
    """(host, port) of ADDRESS[:PORT]; IPv6 with a port needs brackets. Raises InputError."""
    host, port = text, default_port
    if text.startswith("["):
        host, _bracket, rest = text[1:].partition("]")
        port = rest.removeprefix(":") or default_port
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
