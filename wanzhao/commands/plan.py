"""wanzhao plan: check a profile against its plan text, list and show those that ship, compare two."""

from __future__ import annotations

import argparse
from pathlib import Path

from inventory.errors import PlanError
from inventory.plan import Profile, builtin_profiles, load_profile
from inventory.plan_check import check_profile
from inventory.words import _
from wanzhao.commands.plan_diff import add_diff
from wanzhao.options import Subparsers, add_json, group, print_json, print_table


def add(commands: Subparsers, text: str) -> None:
    """Add the command to the parser."""
    inner = group(commands, "plan", text)
    check = inner.add_parser("check", help=_("say everything that is wrong with a profile"))
    check.add_argument(
        "file", type=Path, metavar="FILE", help=_("a profile (TOML), or the name of a built-in one")
    )
    check.add_argument(
        "--archive",
        type=Path,
        metavar="DIR",
        help=_("folder of the archived plan texts: quotes are looked up in them"),
    )
    add_json(check)
    check.set_defaults(run=_check)
    listing = inner.add_parser("list", help=_("the profiles that ship with wanzhao"))
    add_json(listing)
    listing.set_defaults(run=_list)
    show = inner.add_parser("show", help=_("the targets of a profile"))
    show.add_argument(
        "file", type=Path, metavar="FILE", help=_("a profile (TOML), or the name of a built-in one")
    )
    add_json(show)
    show.set_defaults(run=_show)
    add_diff(inner)


def _path(name: Path) -> Path:
    return builtin_profiles().get(str(name), name)


def _check(args: argparse.Namespace) -> int:
    path = _path(args.file)
    faults, doubts = check_profile(path, args.archive)
    if args.json:
        rows = [
            {"level": level, "line": p.line or None, "where": p.where, "what": p.what, "do": p.do}
            for level, problems in (("error", faults), ("warning", doubts))
            for p in problems
        ]
        print_json({"file": str(path), "ok": not faults, "problems": rows})
    else:
        for doubt in doubts:
            print(_("warning: %(what)s") % {"what": doubt})
    if faults:
        raise PlanError(_("the profile has faults"), where=str(path), problems=tuple(faults))
    if not args.json:
        print(_("%(file)s: no faults") % {"file": path})
        if args.archive is None:
            print(_("quotes were not looked up in the plan text; name its folder with --archive"))
    return 0


def _list(args: argparse.Namespace) -> int:
    profiles = [load_profile(path) for path in builtin_profiles().values()]
    if args.json:
        print_json([_ref(profile) for profile in profiles])
        return 0
    print_table(
        (_("profile"), _("version"), _("status"), _("county"), _("targets"), _("title")),
        [(p.id, p.version, p.status, p.county, len(p.targets), p.title) for p in profiles],
    )
    return 0


def _show(args: argparse.Namespace) -> int:
    profile = load_profile(_path(args.file))
    if args.json:
        targets = [
            {
                "id": t.id,
                "metric": t.metric,
                "scope": t.scope,
                "aggregate": t.aggregate,
                "value": t.value,
                "unit": t.unit,
                "due": t.due,
                "due_basis": t.due_basis,
                "strength": t.strength,
                "class": t.klass,
                "threshold_origin": t.threshold_origin,
                "params": dict(t.params),
                "param_origin": dict(t.param_origin),
                "quote": list(t.quote),
                "plan_ids": list(t.plan_ids),
                "note": t.note,
            }
            for t in profile.targets
        ]
        print_json({**_ref(profile), "targets": targets})
        return 0
    print(f"{profile.title}\n{profile.id} {profile.version} {profile.status} sha256 {profile.sha256}\n")
    print_table(
        (_("target"), _("metric"), _("scope"), _("goal"), _("due"), _("quote")),
        [
            (
                t.id,
                t.metric,
                t.scope,
                "" if t.value is None else f"{t.op} {t.value:g} {t.unit}",
                t.due,
                t.quote[0],
            )
            for t in profile.targets
        ],
    )
    return 0


def _ref(profile: Profile) -> dict[str, str]:
    return {
        "id": profile.id,
        "version": profile.version,
        "status": profile.status,
        "county": profile.county,
        "title": profile.title,
        "sha256": profile.sha256,
    }
