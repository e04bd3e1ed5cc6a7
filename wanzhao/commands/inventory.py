"""wanzhao inventory: check a register, import it, show it."""

from __future__ import annotations

import argparse
from pathlib import Path

from inventory.load import load_register, register_tables
from inventory.register import Register
from inventory.words import _
from wanzhao.commands import inventory_files, inventory_history, inventory_netbox
from wanzhao.options import Subparsers, add_config, add_json, group, print_json, print_table


def add(commands: Subparsers, text: str) -> None:
    """Add the command to the parser."""
    inner = group(commands, "inventory", text)
    check = inner.add_parser("check", help=_("read a register and say everything that is wrong with it"))
    inventory_files.add_source(check)
    add_json(check)
    check.set_defaults(run=_check)

    inventory_files.add(inner)
    inventory_netbox.add(inner)
    inventory_history.add(inner)

    show = inner.add_parser("show", help=_("show the collector's register, or that of a folder"))
    show.add_argument("folder", type=Path, nargs="?", metavar="FOLDER")
    show.add_argument(
        "--as-of",
        metavar="DATE",
        help=_("state as of a date or time, 2026-12-31 or 2026-12-31T18:00 (default: now)"),
    )
    add_config(show)
    add_json(show)
    show.set_defaults(run=_show)


def _check(args: argparse.Namespace) -> int:
    if args.path.is_file() and args.path.suffix.casefold() == ".csv":
        rows = inventory_files.check_one_table(args)
        if args.json:
            print_json({"ok": True, "rows": rows})
        else:
            text = _("%(file)s: %(n)d rows, no faults in the cells; import compares them with the register")
            print(text % {"file": args.path, "n": rows})
        return 0
    counts = _counts(inventory_files.read_source(args).register)
    if args.json:
        print_json({"ok": True, "counts": counts})
    else:
        print(_("%(folder)s: no faults") % {"folder": args.path})
        _print_counts(counts)
    return 0


def _show(args: argparse.Namespace) -> int:
    if args.folder:
        register = load_register(args.folder)
    else:
        register = inventory_files.stored_register(args, args.as_of)
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
