"""What the commands that explain judgements share: the configured plans, a school by id or name."""

from __future__ import annotations

import argparse
import time

from collector.config import load_collector_settings
from collector.judging import Judged, Plan, load_plans, plan_in_force, register_at
from collector.store.engine import open_store
from inventory.errors import InputError
from inventory.register import Register, School
from inventory.suggest import did_you_mean
from inventory.words import _
from wanzhao.options import add_as_known, add_config, add_json, parse_time


def add_judged(parser: argparse.ArgumentParser) -> None:
    """The options of every command that explains."""
    add_config(parser)
    parser.add_argument(
        "--as-of",
        metavar="DATE",
        help=_("state as of a date or time, 2026-12-31 or 2026-12-31T18:00 (default: now)"),
    )
    add_as_known(parser)
    parser.add_argument(
        "--profile", metavar="ID", help=_("which of the configured plans (default: the first)")
    )
    add_json(parser)


def open_judged(args: argparse.Namespace) -> Judged:
    """Open what the options name; ConfigError or InputError says what is missing."""
    settings = load_collector_settings(args.config)
    plan = _plan(load_plans(settings.profiles, args.config.parent), args.profile)
    engine = open_store(settings.database_url)
    with engine.connect().execution_options(reads_only=True) as connection:
        zone = register_at(connection, time.time()).calendar.timezone
        as_of = parse_time(args.as_of, zone) if args.as_of else time.time()
        as_known = parse_time(args.as_known, zone) if args.as_known else None
        register = register_at(connection, as_of, as_known)
    return Judged(engine, register, plan_in_force(engine, plan, as_known).profile, as_of, as_known)


def school_of(register: Register, wanted: str) -> School:
    """A school by its id or its name."""
    for school in register.schools:
        if wanted in (school.id, school.name):
            return school
    names = [school.id for school in register.schools] + [school.name for school in register.schools]
    raise InputError(
        _("there is no school %(name)s in the register") % {"name": wanted}, do=did_you_mean(wanted, names)
    )


def _plan(plans: list[Plan], wanted: str | None) -> Plan:
    by_id = {plan.profile.id: plan for plan in plans}
    if wanted and wanted not in by_id:
        raise InputError(
            _("the profile %(name)s is not configured") % {"name": wanted},
            where="--profile",
            do=_("one of: %(names)s") % {"names": ", ".join(by_id)},
        )
    return by_id[wanted] if wanted else plans[0]
