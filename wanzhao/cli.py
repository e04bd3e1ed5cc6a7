"""The ``wanzhao`` command.

Exit codes: 0 done; 1 a check found something, or a fault of wanzhao itself; 2 wrong options, configuration or
input; 3 a device; 4 the collector; 5 the database or the spool; 130 interrupted.
"""

from __future__ import annotations

import argparse
import gettext
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from inventory import words
from inventory.errors import WanzhaoError
from inventory.version import VERSION
from inventory.words import _
from wanzhao.commands import agent, collector, demo, doctor, inventory, plan, report

COMMANDS = (agent, collector, inventory, plan, report, doctor, demo)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and give back its exit code."""
    _speak(words.set_language())
    parser = make_parser()
    args = parser.parse_args(argv)
    if not hasattr(args, "run"):
        args.help_of.print_help()
        return 2
    try:
        code = args.run(args)
        sys.stdout.flush()
    except WanzhaoError as error:
        print(f"wanzhao: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # The reader of a pipe left (`wanzhao ... | head`): nothing is wrong. Keep the exit quiet.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return int(code)


def make_parser() -> argparse.ArgumentParser:
    """The parser with every command; texts in the language of the process."""
    parser = argparse.ArgumentParser(
        prog="wanzhao",
        description=_(
            "10G, IPv6 and wireless in schools: read the devices, judge against the plan, show the proof."
        ),
        epilog=_("Language by locale, or WANZHAO_LANG=zh|en."),
    )
    parser.add_argument("--version", action="version", version=f"wanzhao {VERSION}")
    parser.set_defaults(help_of=parser)
    commands = parser.add_subparsers(title=_("commands"), metavar="COMMAND")
    for command in COMMANDS:
        command.add(commands)
    return parser


def _speak(language: words.Language) -> None:
    """Let argparse's own words follow the language; it asks the default gettext domain."""
    os.environ["LANGUAGE"] = "zh_CN" if language == "zh" else "en"
    gettext.bindtextdomain("wanzhao", Path(words.__file__).parent / "locale")
    gettext.textdomain("wanzhao")


if __name__ == "__main__":
    sys.exit(main())
