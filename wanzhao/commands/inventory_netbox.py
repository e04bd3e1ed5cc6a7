"""wanzhao inventory netbox-export, netbox-import: sites, devices and interfaces to and from NetBox's CSV."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path

from exporters.netbox import left_out, netbox_files
from inventory.load import compose, register_tables
from inventory.load_netbox import read_netbox
from inventory.words import _
from wanzhao.commands import inventory_files as files
from wanzhao.options import Subparsers, add_config


def add(inner: Subparsers) -> None:
    """Add the subcommands."""
    out = inner.add_parser("netbox-export", help=_("write CSV files for NetBox's bulk import"))
    out.add_argument("folder", type=Path, metavar="FOLDER")
    add_config(out)
    out.set_defaults(run=_export)

    load = inner.add_parser(
        "netbox-import", help=_("put NetBox's sites, devices and uplinks into the register there is")
    )
    load.add_argument(
        "folder", type=Path, metavar="FOLDER", help=_("with sites.csv, devices.csv, interfaces.csv")
    )
    files.add_import(load)
    load.set_defaults(run=_import)


def _export(args: argparse.Namespace) -> int:
    register = files.stored_register(args)
    files.write_folder(args.folder, netbox_files(register))
    counts = {files.table_name(name): n for name, n in left_out(register).items()}
    _tell(_("not written, NetBox has no place for them:"), counts)
    return 0


def _import(args: argparse.Namespace) -> int:
    files.need_collector()
    old = files.open_register(args)
    if old is None:
        raise files.nothing_stored()
    tables, found, left = read_netbox(args.folder, old, register_tables(old))
    new = compose(tables, found, args.folder)
    _tell(_("left alone:"), {_(what): n for what, n in left.items()})
    return files.finish_import(args, old, new, f"netbox: {args.folder}")


def _tell(head: str, counts: Mapping[str, int]) -> None:
    if counts:
        print(head, file=sys.stderr)
    for what, number in counts.items():
        print(f"  {number:6d}  {what}", file=sys.stderr)
