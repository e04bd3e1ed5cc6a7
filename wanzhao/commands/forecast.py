"""wanzhao forecast: when the targets may be reached, by their own history."""

from __future__ import annotations

import argparse
from datetime import datetime, time
from zoneinfo import ZoneInfo

import msgspec

from inventory.words import _
from wanzhao.options import Subparsers, local_time, need_extra, print_table

try:
    from collector.judging import Judged, look
    from collector.store.stays import read_stays
    from inventory.forecast import WHY_NOT, Forecast, forecast
    from inventory.profile import Target
    from inventory.rules import ONE_BP, percent_to_bp
    from inventory.verdict import CountyTarget
    from wanzhao.judged import add_judged, open_judged
except ImportError as error:
    MISSING: ImportError | None = error
else:
    MISSING = None


def add(commands: Subparsers, text: str) -> None:
    """Add the command to the parser."""
    if MISSING:
        raise need_extra("collector", MISSING)
    parser = commands.add_parser("forecast", help=text, description=text)
    parser.add_argument("target", nargs="*", metavar="TARGET", help=_("targets (default: all that can be)"))
    add_judged(parser)
    parser.set_defaults(run=_forecast)


def _forecast(args: argparse.Namespace) -> int:
    judged = open_judged(args)
    counted = {each.target: each for each in look(judged.engine, judged.profile, judged.as_of).targets}
    found = {
        target.id: _of(judged, target, counted[target.id])
        for target in judged.profile.targets
        if target.aggregate in ("school_rate", "count")
        and target.value is not None
        and counted[target.id].verdict is None
        and (not args.target or target.id in args.target)
    }
    if args.json:
        print(msgspec.json.format(msgspec.json.encode(found)).decode())
        return 0
    zone = judged.register.calendar.timezone
    print(_("Forecasts, not verdicts: by the pace of each target's own history."))
    print()
    print_table(
        (
            _("target"),
            _("met by"),
            _("needed"),
            _("earliest (10 %)"),
            _("likely (50 %)"),
            _("late (90 %)"),
            "",
        ),
        [_row(name, each, zone) for name, each in found.items()],
    )
    return 0


def _of(judged: Judged, target: Target, counted: CountyTarget) -> Forecast:
    n = counted.counts.n
    value = target.value or 0
    needed = -(-percent_to_bp(value) * n // ONE_BP) if target.aggregate == "school_rate" else int(value)
    due = None
    if target.due:
        zone = ZoneInfo(judged.register.calendar.timezone)
        due = datetime.combine(target.due, time(23, 59, 59), zone).timestamp()
    with judged.engine.connect().execution_options(reads_only=True) as connection:
        stays = read_stays(connection, judged.profile.id, target.id, judged.as_of)
    return forecast(stays, n, needed, judged.as_of, due)


def _row(name: str, found: Forecast, zone: str) -> tuple[object, ...]:
    head = (name, f"{found.passing}/{found.schools}", found.needed)
    if found.why_not:
        return (*head, "", "", "", _(WHY_NOT[found.why_not]))
    never = _("not within ten years")
    days = [never if t is None else local_time(t, zone)[:10] for t in (found.early, found.likely, found.late)]
    chance = ""
    if found.by_due_bp is not None:
        chance = _("by its due date in %(share)d of 100 futures") % {"share": found.by_due_bp // 100}
    return (*head, *days, chance)
