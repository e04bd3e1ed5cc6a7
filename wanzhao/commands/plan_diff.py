"""wanzhao plan diff: what changed between two profiles, in words and in JSON."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from inventory.plan import Profile, builtin_profiles, load_profile
from inventory.plan_diff import PlanDiff, plan_diff
from inventory.profile import Target
from inventory.words import _
from wanzhao.options import Subparsers, add_json, print_json


def add_diff(inner: Subparsers) -> None:
    """Add ``diff`` to the commands of ``plan``."""
    diff = inner.add_parser("diff", help=_("what changed between two profiles"))
    for name, text in (("old", _("the profile as it was")), ("new", _("the profile as it is"))):
        diff.add_argument(name, type=Path, metavar=name.upper(), help=text)
    add_json(diff)
    diff.set_defaults(run=_diff)


def _diff(args: argparse.Namespace) -> int:
    old, new = (load_profile(builtin_profiles().get(str(name), name)) for name in (args.old, args.new))
    diff = plan_diff(old, new)
    if args.json:
        print_json(_json(old, new, diff))
        return 0
    for line in in_words(old, new, diff):
        print(line)
    return 0


def in_words(old: Profile, new: Profile, diff: PlanDiff) -> Iterator[str]:
    """The changes, a line each, targets before what surrounds them."""
    yield f"{old.id} {old.version} → {new.id} {new.version}"
    if (old.id, old.version) == (new.id, new.version) and old.sha256 != new.sha256:
        yield _("warning: %(what)s") % {"what": _("one version with two contents; a version never changes")}
    if diff.empty:
        yield _("nothing that is judged or shown differs")
        return
    by_id = {target.id: target for target in (*old.targets, *new.targets)}
    for sign, text, names in (("+", _("new target"), diff.added), ("-", _("target is gone"), diff.removed)):
        yield from (
            f"{sign} {name}: {text}, {by_id[name].metric} {_goal(by_id[name])}".rstrip() for name in names
        )
    targets_first = sorted(diff.changed, key=lambda each: not each.where.startswith("target "))
    for where, changes in groupby(targets_first, key=lambda each: each.where):
        yield f"~ {where.removeprefix('target ')}"
        yield from (f"    {change.key}: {_words(change.old)} → {_words(change.new)}" for change in changes)
    for change in new.changes:
        if change.version == new.version:
            yield _("why: %(what)s (%(why)s; %(by)s, %(date)s)") % {
                "what": change.what,
                "why": change.why,
                "by": change.by,
                "date": change.date,
            }


def _goal(target: Target) -> str:
    return "" if target.value is None else f"{target.op} {target.value:g} {target.unit}".rstrip()


def _words(value: object) -> str:
    if value in (None, "", [], {}):
        return _("not given")
    if isinstance(value, list):
        return ", ".join(map(_words, value))
    if isinstance(value, dict):
        return " ".join(f"{key}={_words(inner)}" for key, inner in value.items())
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else str(value)


def _json(old: Profile, new: Profile, diff: PlanDiff) -> dict[str, object]:
    return {
        "from": {"id": old.id, "version": old.version, "sha256": old.sha256},
        "to": {"id": new.id, "version": new.version, "sha256": new.sha256},
        "same": diff.empty,
        "added": diff.added,
        "removed": diff.removed,
        "changed": [
            {
                "where": each.where,
                "key": each.key,
                "from": each.old,
                "to": each.new,
                "decides": each.decides,
            }
            for each in diff.changed
        ],
    }
