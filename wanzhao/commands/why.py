"""wanzhao why: a verdict explained, with the cheapest next step."""

from __future__ import annotations

import argparse

import msgspec

from inventory.words import _, language
from wanzhao.options import Subparsers, need_extra

try:
    from collector.store.read import read_snapshot
    from exporters.report.explain import step_words, why_lines
    from inventory.why import explain
    from wanzhao.judged import add_judged, open_judged, school_of
except ImportError as error:
    MISSING: ImportError | None = error
else:
    MISSING = None


def add(commands: Subparsers, text: str) -> None:
    """Add the command to the parser."""
    if MISSING:
        raise need_extra("collector", MISSING)
    parser = commands.add_parser("why", help=text, description=text)
    parser.add_argument("school", metavar="SCHOOL", help=_("the school's 10-digit code, or its name"))
    parser.add_argument("target", metavar="TARGET", help=_("a target of the profile"))
    add_judged(parser)
    parser.set_defaults(run=_why)


def _why(args: argparse.Namespace) -> int:
    judged = open_judged(args)
    school = school_of(judged.register, args.school)
    with judged.engine.connect().execution_options(reads_only=True) as connection:
        snapshot = read_snapshot(connection, school, judged.register, judged.as_of, judged.as_known)
        why = explain(snapshot, judged.profile, args.target)
    if args.json:
        steps = [step_words(step, language()) for step in why.steps]
        found = msgspec.to_builtins(why) | {"steps_in_words": steps}
        print(msgspec.json.format(msgspec.json.encode(found)).decode())
        return 0
    print("\n".join(why_lines(why, language())))
    return 0
