"""wanzhao baseline: accept what is measured, and see what has fallen below it."""

from __future__ import annotations

import argparse
import time

import msgspec

from inventory.errors import InputError
from inventory.words import _, language, say
from wanzhao.options import Subparsers, add_config, add_json, group, local_time, need_extra, print_table

try:
    from collector.asking import measured_of
    from collector.config import load_collector_settings
    from collector.judging import Judged
    from collector.store.baselines import accept, end, read_alarms, read_all_baselines
    from collector.store.engine import open_store
    from exporters.report.codes import state_word
    from inventory.baseline import FALLS, Fall, Mark, can_be_accepted
    from inventory.reasons import words as reason_words
    from inventory.register import School
    from inventory.suggest import did_you_mean
    from inventory.verdict import UPLINK_ITEM
    from wanzhao.judged import add_judged, open_judged, school_of
except ImportError as error:
    MISSING: ImportError | None = error
else:
    MISSING = None

TIMEZONE = "Asia/Shanghai"


def add(commands: Subparsers, text: str) -> None:
    """Add the command to the parser."""
    if MISSING:
        raise need_extra("collector", MISSING)
    actions = group(commands, "baseline", text)
    parser = actions.add_parser("accept", help=_("accept what is measured of schools now"))
    parser.add_argument(
        "school", nargs="?", metavar="SCHOOL", help=_("the school's 10-digit code, or its name")
    )
    parser.add_argument(
        "item", nargs="*", metavar="TARGET", help=_("targets, or uplinks as `baseline list` names them")
    )
    parser.add_argument("--all", action="store_true", help=_("every school that passes, with its uplinks"))
    parser.add_argument("--by", required=True, metavar="NAME", help=_("who accepts"))
    parser.add_argument("--note", default="", metavar="TEXT", help=_("why, or by which document"))
    add_judged(parser)
    parser.set_defaults(run=_accept)
    parser = actions.add_parser("end", help=_("accept a thing no more: nothing alarms about it"))
    parser.add_argument("school", metavar="SCHOOL", help=_("the school's 10-digit code, or its name"))
    parser.add_argument("item", metavar="TARGET", help=_("a target, or an uplink"))
    parser.add_argument("--by", required=True, metavar="NAME", help=_("who says so"))
    parser.add_argument("--note", default="", metavar="TEXT", help=_("why, or by which document"))
    add_judged(parser)
    parser.set_defaults(run=_end)
    parser = actions.add_parser("list", help=_("what is accepted, since when and by whom"))
    parser.add_argument("--history", action="store_true", help=_("also what has ended"))
    _add_store(parser, _list)
    parser = actions.add_parser("alarms", help=_("what has fallen below what was accepted"))
    parser.add_argument("--history", action="store_true", help=_("also what has ended"))
    _add_store(parser, _alarms)


def _add_store(parser: argparse.ArgumentParser, run: object) -> None:
    add_config(parser)
    add_json(parser)
    parser.set_defaults(run=run)


def _accept(args: argparse.Namespace) -> int:
    if bool(args.school) == args.all:
        raise InputError(_("name a school, or give --all"), do=_("see wanzhao baseline accept --help"))
    judged = open_judged(args)
    schools = list(judged.register.schools) if args.all else [school_of(judged.register, args.school)]
    now, accepted = time.time(), 0
    for school in schools:
        found = measured_of(judged, school)
        marks = _passing(found) if args.all else _named(judged, school, found, args.item)
        if marks:
            with judged.engine.begin() as connection:
                accept(connection, school.id, marks, by=args.by, note=args.note, at=now, origin="command")
            accepted += len(marks)
            for mark in marks if not args.json else ():
                print(f"{school.id} {school.name}  {_short(mark.item)}: {_measured(mark)}")
    if args.json:
        print(msgspec.json.encode({"accepted": accepted}).decode())
    else:
        print(_("%(n)d things accepted") % {"n": accepted})
    return 0


def _passing(found: dict[str, Mark]) -> list[Mark]:
    return [mark for mark in found.values() if mark.state.value == "pass"]


def _named(judged: Judged, school: School, found: dict[str, Mark], wanted: list[str]) -> list[Mark]:
    """The marks that are meant: all that are measured, or those named, each of which has to be."""
    if not wanted:
        return [mark for mark in found.values() if can_be_accepted(mark)]
    marks = []
    for name in wanted:
        mark = found.get(_item(judged, name))
        if mark is None:
            raise InputError(
                _("%(target)s is not judged at this school") % {"target": name},
                where=f"{school.id} {school.name}",
                do=did_you_mean(name, [_short(item) for item in found]),
            )
        if not can_be_accepted(mark):
            raise InputError(
                _("%(target)s is not measured: %(why)s")
                % {"target": name, "why": reason_words(mark.reason, language()) or mark.state.value},
                where=f"{school.id} {school.name}",
                do=_("accept it when it is; see wanzhao why"),
            )
        marks.append(mark)
    return marks


def _end(args: argparse.Namespace) -> int:
    judged = open_judged(args)
    school = school_of(judged.register, args.school)
    item = _item(judged, args.item)
    with judged.engine.begin() as connection:
        told = {"by": args.by, "note": args.note, "origin": "command"}
        if not end(connection, school.id, item, at=time.time(), **told):
            raise InputError(
                _("nothing is accepted of %(item)s") % {"item": args.item},
                where=f"{school.id} {school.name}",
                do=_("see wanzhao baseline list"),
            )
    return 0


def _list(args: argparse.Namespace) -> int:
    engine = open_store(load_collector_settings(args.config).database_url)
    with engine.connect().execution_options(reads_only=True) as connection:
        rows = [one for one in read_all_baselines(connection) if args.history or one.ended_at is None]
    if args.json:
        print(msgspec.json.format(msgspec.json.encode(rows)).decode())
        return 0
    print_table(
        (_("school"), _("accepted"), _("measured"), _("since"), _("by"), _("until"), _("note")),
        [
            (
                one.school_id,
                one.mark.item,
                _measured(one.mark),
                local_time(one.accepted_at, TIMEZONE),
                one.accepted_by,
                local_time(one.ended_at, TIMEZONE) if one.ended_at else "",
                one.note,
            )
            for one in rows
        ],
    )
    return 0


def _alarms(args: argparse.Namespace) -> int:
    engine = open_store(load_collector_settings(args.config).database_url)
    with engine.connect().execution_options(reads_only=True) as connection:
        alarms = read_alarms(connection, also_closed=args.history)
    if args.json:
        print(msgspec.json.format(msgspec.json.encode(alarms)).decode())
    else:
        print_table(
            (_("school"), _("accepted"), _("since"), _("what"), _("at first"), _("ended"), _("by")),
            [
                (
                    alarm.school_id,
                    alarm.item,
                    local_time(alarm.opened_at, TIMEZONE),
                    _fallen(alarm.fall),
                    "" if alarm.changed_at is None else _fallen(alarm.first),
                    local_time(alarm.closed_at, TIMEZONE) if alarm.closed_at else "",
                    alarm.closed_by or (_("measured again") if alarm.closed_at else ""),
                )
                for alarm in alarms
            ],
        )
    return 1 if any(alarm.closed_at is None for alarm in alarms) else 0


def _item(judged: Judged, name: str) -> str:
    return name if name.startswith(UPLINK_ITEM) or "/" in name else f"{judged.profile.id}/{name}"


def _short(item: str) -> str:
    return item if item.startswith(UPLINK_ITEM) else item.partition("/")[2]


def _measured(mark: Mark) -> str:
    figures = ", ".join(f"{each.value:g} {each.unit}".strip() for each in mark.figures)
    members = _("%(n)d members") % {"n": mark.members} if mark.members is not None else ""
    return "; ".join(filter(None, [state_word(mark.state.value, language()), figures, members, mark.module]))


def _fallen(fall: Fall) -> str:
    change = f"{fall.was} -> {fall.now}" if fall.was or fall.now else ""
    why = reason_words(fall.reason, language()) if fall.reason else ""
    return "; ".join(filter(None, [say(FALLS[fall.kind], language()), fall.metric, change, why]))
