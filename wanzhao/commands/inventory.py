"""wanzhao inventory: check a register, import it, show it."""

from __future__ import annotations

import argparse
import getpass
import sys
import time
from pathlib import Path

from inventory.load import load_register, register_tables
from inventory.register import Register
from inventory.words import _
from wanzhao.options import Subparsers, add_config, add_json, group, need_extra, print_json, print_table

try:
    from collector.config import load_collector_settings
    from collector.store.engine import open_store
    from collector.store.registers import read_register, store_register
except ImportError as error:
    MISSING: ImportError | None = error
else:
    MISSING = None


def add(commands: Subparsers, text: str) -> None:
    """Add the command to the parser."""
    inner = group(commands, "inventory", text)
    check = inner.add_parser("check", help=_("read a register and say everything that is wrong with it"))
    check.add_argument(
        "folder", type=Path, metavar="FOLDER", help=_("a folder of TOML and CSV, or one TOML file")
    )
    add_json(check)
    check.set_defaults(run=_check)

    load = inner.add_parser("import", help=_("make a register the one that the collector judges by"))
    load.add_argument(
        "folder", type=Path, metavar="FOLDER", help=_("a folder of TOML and CSV, or one TOML file")
    )
    load.add_argument("--author", default="", metavar="NAME", help=_("who imports it (default: this user)"))
    add_config(load)
    add_json(load)
    load.set_defaults(run=_import)

    show = inner.add_parser("show", help=_("show the collector's register, or that of a folder"))
    show.add_argument("folder", type=Path, nargs="?", metavar="FOLDER")
    add_config(show)
    add_json(show)
    show.set_defaults(run=_show)


def _check(args: argparse.Namespace) -> int:
    register = load_register(args.folder)
    counts = _counts(register)
    if args.json:
        print_json({"ok": True, "counts": counts})
    else:
        print(_("%(folder)s: no faults") % {"folder": args.folder})
        _print_counts(counts)
    return 0


def _import(args: argparse.Namespace) -> int:
    _need()
    print(_("reading %(folder)s ...") % {"folder": args.folder}, file=sys.stderr)
    register = load_register(args.folder)
    engine = open_store(load_collector_settings(args.config).database_url)
    with engine.begin() as connection:
        done = store_register(connection, register, author=args.author or getpass.getuser(), at=time.time())
    if args.json:
        print_json(
            {
                "added": done.added,
                "changed": done.changed,
                "removed": done.removed,
                "unchanged": done.unchanged,
            }
        )
        return 0
    print(
        _("imported: %(added)d schools new, %(changed)d changed, %(removed)d removed, %(same)d unchanged")
        % {
            "added": len(done.added),
            "changed": len(done.changed),
            "removed": len(done.removed),
            "same": done.unchanged,
        }
    )
    _print_counts(_counts(register))
    return 0


def _show(args: argparse.Namespace) -> int:
    register = load_register(args.folder) if args.folder else _stored(args)
    if args.json:
        print_json({"county": register.county, "adcode": register.adcode, **register_tables(register)})
        return 0
    print(f"{register.county} {register.adcode}")
    _print_counts(_counts(register))
    print()
    print_table(
        (_("school"), _("name"), _("kind"), _("campus"), _("uplink"), _("devices"), _("rooms")),
        [
            (
                school.id,
                school.name,
                school.kind,
                campus.id,
                " ".join(f"{u.device} {u.port}" for u in campus.uplinks),
                len(campus.devices),
                len(campus.areas),
            )
            for school in register.schools
            for campus in school.campuses
        ],
    )
    return 0


def _stored(args: argparse.Namespace) -> Register:
    _need()
    engine = open_store(load_collector_settings(args.config).database_url)
    with engine.connect().execution_options(reads_only=True) as connection:
        register = read_register(connection)
    return register or Register(county=_("no register is imported yet"))


def _counts(register: Register) -> dict[str, int]:
    campuses = [campus for school in register.schools for campus in school.campuses]
    devices = [device for campus in campuses for device in campus.devices]
    return {
        "schools": len(register.schools),
        "campuses": len(campuses),
        "uplinks": sum(len(campus.uplinks) for campus in campuses),
        "devices": sum(device.role != "ap" for device in devices),
        "aps": sum(device.role == "ap" for device in devices),
        "areas": sum(len(campus.areas) for campus in campuses),
    }


def _print_counts(counts: dict[str, int]) -> None:
    print(
        _(
            "%(schools)d schools, %(campuses)d campuses, %(uplinks)d uplinks, %(devices)d devices, "
            "%(aps)d access points, %(areas)d rooms"
        )
        % counts
    )


def _need() -> None:
    if MISSING:
        raise need_extra("collector", MISSING)
