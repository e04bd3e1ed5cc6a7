"""wanzhao agent spool: what waits on this agent's disk, and whether all of it can be read."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime

import msgspec

from agent.config import load_agent_settings
from agent.daemon import SPOOL_FILE
from agent.spool_look import SpoolState, faults_of, state_of
from inventory.words import _
from wanzhao.options import Subparsers, add_config, add_json, group, print_json, print_table


def add(inner: Subparsers) -> None:
    """Add the command to the parser."""
    commands = group(inner, "spool", _("batches on this computer's disk"))
    status = commands.add_parser("status", help=_("what waits and what was lost"))
    verify = commands.add_parser("verify", help=_("read every batch; exit code 1 where one is damaged"))
    for parser, run in ((status, _status), (verify, _verify)):
        add_config(parser)
        add_json(parser)
        parser.set_defaults(run=run)


def _status(args: argparse.Namespace) -> int:
    state = state_of(load_agent_settings(args.config).state_dir / SPOOL_FILE)
    if args.json:
        print_json(msgspec.to_builtins(state))
        return 0
    print_table((_("what"), _("value")), _lines(state))
    return 0


def _verify(args: argparse.Namespace) -> int:
    path = load_agent_settings(args.config).state_dir / SPOOL_FILE
    faults = faults_of(path)
    if args.json:
        print_json({"path": str(path), "faults": faults})
    else:
        print("\n".join(faults) or _("every batch can be read"))
    return 1 if faults else 0


def _lines(state: SpoolState) -> list[tuple[str, str]]:
    mib = 2**20
    return [
        (_("batches that wait"), str(state.waiting)),
        (_("the oldest of them"), _time(state.oldest_made_at)),
        (_("whole states that overtake them"), str(state.now)),
        (_("confirmed, kept for a while"), str(state.kept)),
        (_("file"), f"{state.file_bytes / mib:.1f} MiB"),
        (_("losses not yet confirmed"), str(state.gaps)),
        (_("batches lost since the start of the spool"), str(state.dropped)),
        (_("refused by the collector, kept for people"), str(state.dead_letters)),
        (_("epoch"), state.epoch),
    ]


def _time(at: float | None) -> str:
    return "-" if at is None else datetime.fromtimestamp(at, UTC).astimezone().isoformat(timespec="seconds")
