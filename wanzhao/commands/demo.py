"""wanzhao demo: a simulated county, real agents, a real collector."""

from __future__ import annotations

import argparse
from pathlib import Path

from inventory.words import _
from wanzhao.options import Subparsers, need_extra, run_async

try:
    from wanzhao.demo.run import run_demo
except ImportError as error:
    MISSING: ImportError | None = error
else:
    MISSING = None


def add(commands: Subparsers, text: str) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("demo", help=text, description=text)
    parser.add_argument("--once", action="store_true", help=_("one judged round, then stop"))
    parser.add_argument(
        "--out",
        type=Path,
        metavar="DIR",
        help=_("write report.html, report.csv, report.json and metrics.prom here"),
    )
    parser.add_argument(
        "--port", type=int, default=0, metavar="N", help=_("port of the collector (default: a free one)")
    )
    parser.add_argument(
        "--wait", type=float, default=150.0, metavar="S", help=_("give up after S seconds without a verdict")
    )
    parser.set_defaults(run=_demo)


def _demo(args: argparse.Namespace) -> int:
    if MISSING:
        raise need_extra("collector", MISSING)
    return int(run_async(run_demo(once=args.once, out=args.out, port=args.port, give_up_s=args.wait)))
