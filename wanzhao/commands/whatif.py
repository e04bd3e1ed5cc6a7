"""wanzhao whatif: judge under other thresholds, or under a draft, without touching anything."""

from __future__ import annotations

import argparse
from pathlib import Path

import msgspec

from inventory.words import _, language
from wanzhao.options import Subparsers, need_extra, print_table

try:
    from collector.judging import look
    from exporters.report.codes import state_word
    from inventory import reasons
    from inventory.plan import load_profile
    from inventory.verdict import CountyTarget
    from inventory.whatif import WhatIf, changed, compare
    from wanzhao.commands.report import bounds
    from wanzhao.judged import add_judged, open_judged
except ImportError as error:
    MISSING: ImportError | None = error
else:
    MISSING = None


def add(commands: Subparsers, text: str) -> None:
    """Add the command to the parser."""
    if MISSING:
        raise need_extra("collector", MISSING)
    parser = commands.add_parser("whatif", help=text, description=text)
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        dest="settings",
        metavar="TARGET.NAME=VALUE",
        help=_("another value, for instance cx-wifi.area_ratio=0.9; * for every target that takes it"),
    )
    parser.add_argument("--draft", type=Path, metavar="FILE", help=_("judge by this profile instead"))
    add_judged(parser)
    parser.set_defaults(run=_whatif)


def _whatif(args: argparse.Namespace) -> int:
    judged = open_judged(args)
    other = load_profile(args.draft) if args.draft else judged.profile
    other = changed(other, args.settings)
    before = look(judged.engine, judged.profile, judged.as_of, judged.as_known)
    after = look(judged.engine, other, judged.as_of, judged.as_known)
    found = compare(before, after)
    if args.json:
        print(msgspec.json.format(msgspec.json.encode(found)).decode())
        return 0
    print(_("A question, not a judgement: nothing was stored."))
    print()
    print_table(
        (_("target"), "", "n", _("met by"), _("not met"), _("unknown"), _("bounds"), _("state")),
        [row for each in found for row in _rows(each)],
    )
    _print_moved(found)
    return 0


def _rows(each: WhatIf) -> list[tuple[object, ...]]:
    if each.before == each.after:
        return [_row(each.target, "", each.before)]
    return [_row(each.target, _("now"), each.before), _row("", _("then"), each.after)]


def _row(name: str, when: str, target: CountyTarget | None) -> tuple[object, ...]:
    if target is None:
        return (name, when, "", "", "", "", "", "")
    counts, state = target.counts, state_word(target.state.value, language())
    shares = bounds(target.low_bp, target.high_bp)
    return (name, when, counts.n, counts.p, counts.f, counts.u, shares, state)


def _print_moved(found: tuple[WhatIf, ...]) -> None:
    moved = [each for target in found for each in target.moved]
    print()
    if not moved:
        print(_("No school would be judged differently."))
        return
    print_table(
        (_("target"), _("school"), _("name"), _("now"), _("then"), _("reason")),
        [
            (
                each.target,
                each.school,
                each.name,
                state_word(each.before.value, language()) if each.before else "",
                state_word(each.after.value, language()) if each.after else "",
                reasons.words(each.reason, language()) if each.reason else "",
            )
            for each in moved
        ],
    )
