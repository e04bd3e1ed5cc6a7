"""wanzhao report: the county's tables as HTML, CSV and JSON, as of now or of any date."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from inventory.errors import InputError
from inventory.verdict import CountyView
from inventory.words import _, language
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
    from collector.judging import load_plans, look, plan_in_force
    from collector.store.engine import open_store
    from exporters.report.codes import code_words, state_word
    from exporters.report.write import write_report
except ImportError as error:
    MISSING: ImportError | None = error
else:
    MISSING = None


def add(commands: Subparsers, text: str) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("report", help=text, description=text)
    add_config(parser)
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help=_("folder for the files"))
    parser.add_argument(
        "--as-of",
        metavar="DATE",
        help=_("state as of a date or time, 2026-12-31 or 2026-12-31T18:00 (default: now)"),
    )
    add_as_known(parser)
    parser.add_argument(
        "--profile", metavar="ID", help=_("which of the configured plans (default: the first)")
    )
    parser.add_argument("--lang", choices=("zh", "en"), help=_("language of the report (default: zh)"))
    add_json(parser)
    parser.set_defaults(run=_report)


def _report(args: argparse.Namespace) -> int:
    if MISSING:
        raise need_extra("collector", MISSING)
    settings = load_collector_settings(args.config)
    plans = {plan.profile.id: plan for plan in load_plans(settings.profiles, args.config.parent)}
    wanted = args.profile or next(iter(plans))
    if wanted not in plans:
        raise InputError(
            _("the profile %(name)s is not configured") % {"name": wanted},
            where="--profile",
            do=_("one of: %(names)s") % {"names": ", ".join(plans)},
        )
    as_of = parse_time(args.as_of, "Asia/Shanghai") if args.as_of else time.time()
    as_known = parse_time(args.as_known, "Asia/Shanghai") if args.as_known else None
    engine = open_store(settings.database_url)
    view = look(engine, plan_in_force(engine, plans[wanted], as_known).profile, as_of, as_known)
    files = write_report(view, args.out, args.lang or "zh")
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
