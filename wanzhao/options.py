"""Options that several commands share, and how they print."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import unicodedata
from collections.abc import Coroutine, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from inventory.errors import ConfigError, InputError
from inventory.words import _

Subparsers = Any
"""What argparse gives for subcommands; its type has no public name."""

DEFAULT_CONFIG = Path("/etc/wanzhao/config.toml")


def group(commands: Subparsers, name: str, text: str) -> Subparsers:
    """A command that has subcommands; without one it prints its help."""
    parser = commands.add_parser(name, help=text, description=text)
    parser.set_defaults(help_of=parser)
    return parser.add_subparsers(title=_("commands"), metavar="COMMAND")


def add_config(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--config",
        type=Path,
        default=DEFAULT_CONFIG,
        metavar="FILE",
        help=_("the configuration file (default: %(default)s)"),
    )


def add_json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help=_("print JSON for machines"))


def print_json(value: object) -> None:
    """One JSON document on standard output, readable and with Chinese as it is."""
    json.dump(value, sys.stdout, ensure_ascii=False, indent=2, default=str)
    sys.stdout.write("\n")


def print_table(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """A table in columns; Chinese characters are two columns wide."""
    cells = [[str(head) for head in heads], *([_cell(value) for value in row] for row in rows)]
    widths = [max(width(row[n]) for row in cells) for n in range(len(heads))]
    for row in cells:
        line = "  ".join(text + " " * (wide - width(text)) for text, wide in zip(row, widths, strict=True))
        print(line.rstrip())


def width(text: str) -> int:
    """Columns that a text takes on a terminal."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def add_as_known(parser: argparse.ArgumentParser) -> None:
    """The option that leaves out what has come since."""
    parser.add_argument(
        "--as-known",
        metavar="DATE",
        help=_("by what was known on a date: later readings, register rows and profiles left out"),
    )


def parse_time(text: str, timezone: str) -> float:
    """Seconds since 1970 of an ISO 8601 date (its last second) or time; local where no zone is given."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise InputError(
            _("%(text)s is no date or time") % {"text": text},
            where="--as-of",
            do=_("write 2026-12-31 or 2026-12-31T18:00"),
        ) from error
    if len(text) <= 10:
        moment = moment.replace(hour=23, minute=59, second=59)
    return (moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(timezone))).timestamp()


def local_time(seconds: float, timezone: str) -> str:
    """A time for people: local, to the minute."""
    return datetime.fromtimestamp(seconds, UTC).astimezone(ZoneInfo(timezone)).strftime("%Y-%m-%d %H:%M")


def run_async(work: Coroutine[Any, Any, Any]) -> Any:
    """Run a coroutine to its end."""
    return asyncio.run(work)


def need_extra(name: str, error: ImportError) -> ConfigError:
    """The error for a command whose libraries are not installed."""
    return ConfigError(
        _("this command needs more libraries: %(why)s") % {"why": error},
        do=_("install the extra: pip install 'wanzhao[%(name)s]'") % {"name": name},
    )


def _cell(value: object) -> str:
    return "-" if value is None or value == "" else str(value)
