"""wanzhao report verify|list|enter: papers checked against what was kept, and what an inspector found."""

from __future__ import annotations

import argparse
import hashlib
import sys
from pathlib import Path

import msgspec

from inventory.errors import InputError
from inventory.spot_sheet import read_spot_sheet, with_tests
from inventory.words import _
from wanzhao.options import Subparsers, add_config, add_json, local_time, need_extra, print_json, print_table

try:
    from collector.config import load_collector_settings
    from collector.judging import load_plans, plan_in_force
    from collector.reporting import reported
    from collector.store.engine import open_store
    from collector.store.reports import read_data, read_reports
    from exporters.report.compare import differences
    from exporters.report.json import to_json
    from exporters.report.lines import report_lines
    from inventory.report_basis import LastReport
except ImportError as error:
    MISSING: ImportError | None = error
else:
    MISSING = None

TIMEZONE = "Asia/Shanghai"
SHOWN = 20
"""So many differences are printed."""


def add(actions: Subparsers) -> None:
    """Add the subcommands to ``wanzhao report``."""
    parser = actions.add_parser("verify", help=_("is this file of a report as it was handed out?"))
    parser.add_argument("file", type=Path, metavar="FILE", help=_("any file of a report"))
    parser.add_argument(
        "--again", action="store_true", help=_("also make the report again from the store, and compare")
    )
    add_config(parser)
    add_json(parser)
    parser.set_defaults(run=_verify)
    parser = actions.add_parser("enter", help=_("take in the filled sheet of a test on site (level E5)"))
    parser.add_argument("file", type=Path, metavar="FILE", help=_("the sheet: .xlsx, .xls, .ods or .csv"))
    parser.add_argument(
        "--apply", action="store_true", help=_("make it so (default: only say what would change)")
    )
    parser.add_argument("--author", default="", metavar="NAME", help=_("who imports it (default: this user)"))
    add_config(parser)
    add_json(parser)
    parser.set_defaults(run=_enter, all=False)
    parser = actions.add_parser("list", help=_("the reports that were handed out"))
    add_config(parser)
    add_json(parser)
    parser.set_defaults(run=_list)


def _list(args: argparse.Namespace) -> int:
    reports = _kept(args)
    if args.json:
        print(msgspec.json.format(msgspec.json.encode(reports)).decode())
        return 0
    print_table(
        (_("made"), _("by"), _("profile"), _("as of"), "SHA-256"),
        [
            (
                local_time(each.made_at, TIMEZONE),
                each.made_by,
                f"{each.profile_id} {each.profile_version}",
                local_time(each.as_of, TIMEZONE),
                each.sha256[:16],
            )
            for each in reports
        ],
    )
    return 0


def _enter(args: argparse.Namespace) -> int:
    # Workbooks are heavy, and no other command here needs them.
    from wanzhao.commands.inventory_files import finish_import, stored_register

    old = stored_register(args)
    entered = read_spot_sheet(args.file)
    print(_("%(n)d tests on site are in the sheet") % {"n": len(entered)}, file=sys.stderr)
    return finish_import(args, old, with_tests(old, entered), str(args.file))


def _verify(args: argparse.Namespace) -> int:
    try:
        content = args.file.read_bytes()
    except OSError as error:
        raise InputError(str(error), where=str(args.file)) from error
    digest = hashlib.sha256(content).hexdigest()
    found = next((each for each in _kept(args) if digest in each.files.values()), None)
    wrong: list[str] = []
    if found is None:
        wrong = [_("this is not a file of any report that was handed out")]
        near = sorted((differences(_data(args, each), content) for each in _same(args, content)), key=len)
        wrong += near[0] if near else []
    elif args.again:
        wrong = _made_again(args, found)
    if args.json:
        known = msgspec.to_builtins(found) if found else None
        print_json({"sha256": digest, "verified": not wrong, "report": known, "differences": wrong})
    else:
        _print(args.file, digest, found, wrong)
    return 1 if wrong else 0


def _print(file: Path, digest: str, found: LastReport | None, wrong: list[str]) -> None:
    print(f"{file}  SHA-256 {digest}")
    if found is not None:
        print(
            _("handed out %(when)s by %(who)s: %(profile)s %(version)s as of %(as_of)s")
            % {
                "when": local_time(found.made_at, TIMEZONE),
                "who": found.made_by,
                "profile": found.profile_id,
                "version": found.profile_version,
                "as_of": local_time(found.as_of, TIMEZONE),
            }
        )
    for line in wrong[:SHOWN]:
        print(line)
    if len(wrong) > SHOWN:
        print(_("and %(n)d more differences") % {"n": len(wrong) - SHOWN})
    if not wrong:
        print(_("as it was handed out"))


def _kept(args: argparse.Namespace) -> list[LastReport]:
    if MISSING:
        raise need_extra("collector", MISSING)
    engine = open_store(load_collector_settings(args.config).database_url)
    with engine.connect().execution_options(reads_only=True) as connection:
        return read_reports(connection)


def _same(args: argparse.Namespace, content: bytes) -> list[LastReport]:
    """The reports that changed data may have been: those of their plan and time. None for other files."""
    try:
        told = msgspec.json.decode(content)
        plan, as_of = told["profile"]["id"], told["as_of"]
    except (msgspec.DecodeError, KeyError, TypeError):
        return []
    return [each for each in _kept(args) if (each.profile_id, each.as_of) == (plan, as_of)]


def _data(args: argparse.Namespace, report: LastReport) -> bytes:
    engine = open_store(load_collector_settings(args.config).database_url)
    with engine.connect().execution_options(reads_only=True) as connection:
        return read_data(connection, report.sha256) or b"{}"


def _made_again(args: argparse.Namespace, report: LastReport) -> list[str]:
    """What a report made now from the store, as of the same time and as known then, has otherwise."""
    settings = load_collector_settings(args.config)
    engine = open_store(settings.database_url)
    plans = {plan.profile.id: plan for plan in load_plans(settings.profiles, args.config.parent)}
    if report.profile_id not in plans:
        raise InputError(
            _("the profile %(name)s is not configured") % {"name": report.profile_id},
            where="collector.profiles",
        )
    profile = plan_in_force(engine, plans[report.profile_id], report.as_known).profile
    kept = _data(args, report)
    seed = msgspec.json.decode(kept)["cover"]["spot_seed"]
    view, basis = reported(engine, profile, report.as_of, report.as_known, seed or "")
    return differences(kept, to_json(report_lines(view, basis)))
