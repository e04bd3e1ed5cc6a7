"""The ``wanzhao`` command.

Exit codes: 0 done; 1 a check found something, or a fault of wanzhao itself; 2 wrong options, configuration or
input; 3 a device; 4 the collector; 5 the database or the spool; 130 interrupted.
"""

from __future__ import annotations

import argparse
import gettext
import importlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from inventory import words
from inventory.errors import WanzhaoError
from inventory.version import VERSION
from inventory.words import N_, _

# Each command is a module of wanzhao.commands, imported only when it is the one asked for: a school's agent
# must not carry the collector's libraries in memory.
COMMANDS = (
    ("agent", N_("at a school: poll devices and ship what they say")),
    ("collector", N_("at the centre: take readings in, store and judge them")),
    ("inventory", N_("the register of schools, campuses, devices, rooms and uplinks")),
    ("plan", N_("plans as data: the targets that schools are judged by")),
    ("report", N_("write the county's report (HTML, PDF, DOCX, XLSX, CSV, JSON)")),
    ("why", N_("explain a verdict: rule, numbers, facts, what would change it, the cheapest next step")),
    ("whatif", N_("judge under other thresholds or a draft profile, without touching anything")),
    ("baseline", N_("accept what is measured, and see what has fallen below it")),
    ("items", N_("what is to be mended and to be proved, by whom, until it is struck off")),
    ("user", N_("accounts of the console: add, roles, passwords, lock and unlock")),
    ("token", N_("tokens with which programs use the API: make, list, revoke")),
    ("audit", N_("the log of who did what, and whether it is whole")),
    ("forecast", N_("when targets may be reached, by their own history")),
    ("notify", N_("pass alerts on to the robots of WeCom, DingTalk and Feishu")),
    ("doctor", N_("check this installation, its configuration, devices and collector")),
    ("demo", N_("a simulated county on this machine: devices, agents, collector, report")),
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and give back its exit code."""
    _speak(words.set_language())
    argv = sys.argv[1:] if argv is None else argv
    parser = make_parser(next((word for word in argv if not word.startswith("-")), ""))
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


def make_parser(wanted: str) -> argparse.ArgumentParser:
    """The parser, with the options of the wanted command; texts in the language of the process."""
    parser = argparse.ArgumentParser(
        prog="wanzhao",
        description=_(
            "10G, IPv6 and wireless in schools: read the devices, judge against the plan, show the proof."
        ),
        epilog=_("Language by locale, or WANZHAO_LANG=zh|en."),
    )
    parser.add_argument(
        "--version",
        action="version",
        version=f"wanzhao {VERSION}",
        help=_("show program's version number and exit"),
    )
    parser.set_defaults(help_of=parser)
    commands = parser.add_subparsers(title=_("commands"), metavar="COMMAND")
    for name, text in COMMANDS:
        if name == wanted:
            importlib.import_module(f"wanzhao.commands.{name}").add(commands, _(text))
        else:
            commands.add_parser(name, help=_(text))
    return parser


def _speak(language: words.Language) -> None:
    """Let argparse's own words follow the language; it asks the default gettext domain."""
    os.environ["LANGUAGE"] = "zh_CN" if language == "zh" else "en"
    gettext.bindtextdomain("wanzhao", Path(words.__file__).parent / "locale")
    gettext.textdomain("wanzhao")


if __name__ == "__main__":
    sys.exit(main())
