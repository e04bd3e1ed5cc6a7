"""wanzhao report: the county's tables in all formats, as of now or of any date."""

from __future__ import annotations

import argparse
import getpass
import hashlib
import sys
import time
from pathlib import Path

from exporters.report.forms import DATA_FILE, FORMS, hindrance
from inventory.errors import InputError
from inventory.garbage import collect_garbage_less_often
from inventory.verdict import CountyView
from inventory.words import _, language
from wanzhao.commands import report_check
from wanzhao.options import (
    Subparsers,
    add_as_known,
    add_config,
    add_json,
    need_extra,
    parse_time,
    print_json,
    print_table,
)

try:
    from collector.config import load_collector_settings
    from collector.judging import load_plans, plan_in_force
    from collector.reporting import keep, reported
    from collector.store.engine import open_store
    from exporters.report.codes import code_words, state_word
    from exporters.report.write import write_report
except ImportError as error:
    MISSING: ImportError | None = error
else:
    MISSING = None


NEW_OBJECTS = 500_000
"""Lines and cells by the million, and hardly a cycle: looking for cycles would be a third of the time."""


def add(commands: Subparsers, text: str) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("report", help=text, description=text)
    parser.set_defaults(help_of=parser)
    report_check.add(parser.add_subparsers(title=_("commands"), metavar="COMMAND"))
    add_config(parser)
    parser.add_argument("--out", type=Path, metavar="DIR", help=_("folder for the files"))
    parser.add_argument(
        "--as-of",
        metavar="DATE",
        help=_("state as of a date or time, 2026-12-31 or 2026-12-31T18:00 (default: now)"),
    )
    add_as_known(parser)
    parser.add_argument(
        "--profile", metavar="ID", help=_("which of the configured plans (default: the first)")
    )
    parser.add_argument("--by", default="", metavar="NAME", help=_("who makes the report"))
    parser.add_argument(
        "--seed",
        default="",
        metavar="TEXT",
        help=_("draws the schools for the test on site (default: by what is asked)"),
    )
    parser.add_argument(
        "--format",
        action="append",
        choices=FORMS,
        default=[],
        help=_("a format to write beside report.json; may be given again (default: all that can be made)"),
    )
    parser.add_argument("--lang", choices=("zh", "en"), help=_("language of the report (default: zh)"))
    add_json(parser)
    parser.set_defaults(run=_report)


def _report(args: argparse.Namespace) -> int:
    if MISSING:
        raise need_extra("collector", MISSING)
    if args.out is None:
        raise InputError(_("a folder for the files is missing"), do=_("give --out DIR"))
    settings = load_collector_settings(args.config)
    plans = {plan.profile.id: plan for plan in load_plans(settings.profiles, args.config.parent)}
    wanted = args.profile or next(iter(plans))
    if wanted not in plans:
        raise InputError(
            _("the profile %(name)s is not configured") % {"name": wanted},
            where="--profile",
            do=_("one of: %(names)s") % {"names": ", ".join(plans)},
        )
    collect_garbage_less_often(NEW_OBJECTS)
    now = time.time()
    as_of = parse_time(args.as_of, "Asia/Shanghai") if args.as_of else now
    as_known = parse_time(args.as_known, "Asia/Shanghai") if args.as_known else now
    engine = open_store(settings.database_url)
    profile = plan_in_force(engine, plans[wanted], as_known if args.as_known else None).profile
    view, basis = reported(engine, profile, as_of, as_known, args.seed)
    files = write_report(view, args.out, args.lang or "zh", basis, args.format)
    data = next(path for path in files if path.name == DATA_FILE).read_bytes()
    hashes = {
        path.relative_to(args.out).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files
    }
    keep(engine, view, data, hashes, sha256=hashes[DATA_FILE], by=args.by or getpass.getuser(), now=now)
    left_out = [error for form in FORMS if not args.format and (error := hindrance(form))]
    for error in left_out:
        print(error, file=sys.stderr)
    if args.json:
        print_json({"files": [str(path) for path in files]})
    else:
        print_county(view)
        for path in files:
            print(path)
    return 0


def print_county(view: CountyView) -> None:
    """The county table on a terminal: a line per target."""
    print(f"{view.county}  {view.profile.id} {view.profile.version}")
    print_table(
        (_("target"), _("goal"), "n", _("met by"), _("not met"), _("unknown"), _("bounds"), _("state")),
        [
            (
                target.target,
                "" if target.goal is None else f"{target.goal:g} {code_words(target.unit, language())}",
                target.counts.n,
                target.counts.p,
                target.counts.f,
                target.counts.u,
                bounds(target.low_bp, target.high_bp),
                state_word(target.state.value, language()),
            )
            for target in view.targets
        ],
    )


def bounds(low_bp: int | None, high_bp: int | None) -> str:
    """Two basis-point bounds in percent, truncated to a tenth; one where they agree."""
    if low_bp is None or high_bp is None:
        return ""
    low, high = (f"{bp // 10 / 10:.1f}" for bp in (low_bp, high_bp))
    return f"{low} %" if low == high else f"{low} .. {high} %"
