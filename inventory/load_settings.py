"""The settings of a register: the county and its calendar, from TOML or from a sheet of a workbook.

``SETTINGS`` is the table of them: adding one is adding an entry. Faults are added to those of the set.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from inventory import load_cells as cells
from inventory.errors import Problem
from inventory.load_rows import Values, fault
from inventory.load_set import ImportSet, Line, place_of
from inventory.load_tables import heading
from inventory.register import Calendar, Register
from inventory.suggest import did_you_mean
from inventory.words import _, language

MIN_INTERVAL_S, MAX_INTERVAL_S = 1, 86_400
SETTING_SHEETS = frozenset({"county", "县", "县和校历", "校历", "calendar"})
SETTING_SHEET = "县和校历"
MAX_SPAN_DAYS = 366
TIME_MARKS = re.compile(r"\.\.+|[-~—–至]+")
DAY_MARKS = re.compile(r"\.\.+|[~—–至]+")
"""What stands between two ends; a day has hyphens of its own."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The tables [county] and [calendar]."""

    county: Values
    calendar: Values


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: what it holds, and what a sheet calls it."""

    parse: cells.Parser
    name: str
    required: bool = False


def _timezone(raw: cells.Raw) -> str:
    try:
        return ZoneInfo(cells.plain(raw)).key
    except (ValueError, OSError, KeyError) as error:
        raise cells.Bad(_("is not a time zone"), _("a name such as Asia/Shanghai")) from error


def _days(raw: cells.Raw) -> frozenset[date]:
    """Dates, and spans of dates written "2026-10-01..2026-10-07"."""
    if isinstance(raw, str):
        raw = [part for part in cells.LIST_MARKS.split(raw) if part.strip()]
    if isinstance(raw, date):
        raw = [raw]
    if not isinstance(raw, list):
        raise cells.Bad(_("is not a list of dates"), '["2026-10-01..2026-10-07", "2027-01-01"]')
    days: set[date] = set()
    for item in raw:
        first, _dots, last = cells.plain(item).partition("..")
        start, end = cells.day(first), cells.day(last or first)
        if not 0 <= (end - start).days <= MAX_SPAN_DAYS:
            raise cells.Bad(_("is not a span of days"), _("first day..last day, one year at most"))
        days.update(start + timedelta(days=n) for n in range((end - start).days + 1))
    return frozenset(days)


def _lessons(raw: cells.Raw) -> tuple[tuple[time, time], ...]:
    """Bell times: "08:00..08:40", in order."""
    example = '["08:00..08:40", "08:50..09:30"]'
    spans = sorted(
        (cells.clock_time(first), cells.clock_time(last)) for first, last in _pairs(raw, TIME_MARKS, example)
    )
    if any(last <= first for first, last in spans):
        raise cells.Bad(_("holds a lesson that ends before it begins"), example)
    if any(after[0] < before[1] for before, after in pairwise(spans)):
        raise cells.Bad(_("holds lessons that overlap"), example)
    return tuple(spans)


def _terms(raw: cells.Raw) -> tuple[tuple[date, date], ...]:
    """First and last days of terms: "2026-09-01..2027-01-20"."""
    example = '["2026-09-01..2027-01-20", "2027-02-15..2027-06-30"]'
    spans = sorted((cells.day(first), cells.day(last)) for first, last in _pairs(raw, DAY_MARKS, example))
    if any(not 0 <= (last - first).days <= MAX_SPAN_DAYS for first, last in spans):
        raise cells.Bad(_("holds a span that is none"), _("first day..last day, one year at most"))
    if any(after[0] <= before[1] for before, after in pairwise(spans)):
        raise cells.Bad(_("holds terms that overlap"), example)
    return tuple(spans)


def _pairs(raw: cells.Raw, marks: re.Pattern[str], example: str) -> list[tuple[str, str]]:
    """The two ends of each item of a list."""
    if isinstance(raw, str):
        raw = [part for part in cells.LIST_MARKS.split(raw) if part.strip()]
    pairs = [marks.split(cells.plain(item)) for item in raw] if isinstance(raw, list) else [[]]
    if any(len(pair) != 2 for pair in pairs):
        raise cells.Bad(_("is not a list of spans"), example)
    return [(first.strip(), last.strip()) for first, last in pairs]


SETTINGS: dict[str, dict[str, Setting]] = {
    "county": {
        "name": Setting(cells.text, "县名", required=True),
        "adcode": Setting(cells.adcode, "行政区划代码"),
        "poll_interval_s": Setting(cells.whole, "轮询周期(秒)"),
    },
    "calendar": {
        "timezone": Setting(_timezone, "时区"),
        "holidays": Setting(_days, "放假"),
        "workdays": Setting(_days, "调休上课"),
        "opens": Setting(cells.clock_time, "上课开始"),
        "closes": Setting(cells.clock_time, "上课结束"),
        "boarding_opens": Setting(cells.clock_time, "寄宿上课开始"),
        "boarding_closes": Setting(cells.clock_time, "寄宿上课结束"),
        "lessons": Setting(_lessons, "作息时间"),
        "terms": Setting(_terms, "学期"),
    },
}


def read_settings(found: ImportSet) -> Settings:
    """Settings understood; faults are added to those of the set."""
    county, calendar = _table(found, "county"), _table(found, "calendar")
    _check_county(found, county)
    _check_calendar(found, calendar)
    return Settings(county, calendar)


def read_setting_sheet(file: str, sheet: str, lines: Iterator[Line], found: ImportSet) -> None:
    """Settings from a sheet: the name in one column, the value in the next; rows without one are skipped."""
    known = {
        heading(name): (table, key)
        for table, settings in SETTINGS.items()
        for key, setting in settings.items()
        for name in (key, f"{table}.{key}", setting.name)
    }
    for number, row in lines:
        name, value = [*row, "", ""][:2]
        owner = known.get(heading(str(name)))
        if owner:
            found.places[owner] = place_of(file, sheet, number, 1, str(name))
        if value == "" or (isinstance(value, str) and not value.strip()):
            continue
        if owner is None:
            if number > 1 and str(name).strip() not in ("项目", "item"):
                do = did_you_mean(str(name), [s.name for group in SETTINGS.values() for s in group.values()])
                what = _("unknown key %(key)s") % {"key": name}
                found.problems.append(Problem(place_of(file, sheet, number, 0), what, do))
            continue
        table, key = owner
        found.settings.setdefault(table, (file, {}))[1][key] = value


def setting_name(key: str) -> str:
    """What "calendar.opens" is called in the language of this process."""
    table, _dot, name = key.partition(".")
    return SETTINGS[table][name].name if language() == "zh" else key


def written_settings(register: Register) -> dict[str, dict[str, object]]:
    """The settings of a register as they are written: text, numbers, and lists of text."""
    county = {key: getattr(register, "county" if key == "name" else key) for key in SETTINGS["county"]}
    calendar = {key: getattr(register.calendar, key) for key in SETTINGS["calendar"]}
    return {
        "county": {key: _written(value) for key, value in county.items()},
        "calendar": {key: _written(value) for key, value in calendar.items()},
    }


def _written(value: object) -> object:
    if isinstance(value, frozenset):
        return [_span(first, last) for first, last in _spans(value)]
    if isinstance(value, tuple):
        return [_span(first, last) for first, last in value]
    return value.isoformat("minutes") if isinstance(value, time) else value


def _span(first: date | time, last: date | time) -> str:
    if isinstance(first, time) and isinstance(last, time):
        return f"{first.isoformat('minutes')}..{last.isoformat('minutes')}"
    return f"{first}..{last}" if last != first else f"{first}"


def _spans(days: Iterable[date]) -> list[tuple[date, date]]:
    """Days in order as spans without gaps, a year long at most."""
    spans: list[tuple[date, date]] = []
    for day in sorted(days):
        if spans and day - spans[-1][1] == timedelta(days=1) and (day - spans[-1][0]).days <= MAX_SPAN_DAYS:
            spans[-1] = (spans[-1][0], day)
        else:
            spans.append((day, day))
    return spans


def _table(found: ImportSet, name: str) -> Values:
    file, given = found.settings.get(name, ("", {}))
    values: Values = {}
    for key, raw in given.items():
        where = found.places.get((name, key)) or f"{file} [{name}] {key}"
        if key not in SETTINGS[name]:
            what = _("unknown key %(key)s") % {"key": key}
            found.problems.append(Problem(where, what, did_you_mean(key, list(SETTINGS[name]))))
            continue
        try:
            values[key] = SETTINGS[name][key].parse(raw)
        except cells.Bad as bad:
            found.problems.append(fault(where, raw, bad))
    return values


def _check_county(found: ImportSet, county: Values) -> None:
    file = found.settings.get("county", ("county.toml", {}))[0]
    nothing_read = bool(found.problems) and not (found.settings or found.tables)
    if not nothing_read and not county.get("name"):
        cell = found.places.get(("county", "name"))
        do = _("write it into this cell") if cell else _('write name = "…" under [county]')
        found.problems.append(Problem(cell or f"{file} [county]", _("the county has no name"), do))
    interval = county.get("poll_interval_s")
    where = found.places.get(("county", "poll_interval_s")) or f"{file} [county] poll_interval_s"
    if isinstance(interval, int) and not MIN_INTERVAL_S <= interval <= MAX_INTERVAL_S:
        limits = {"low": MIN_INTERVAL_S, "high": MAX_INTERVAL_S}
        what = _("has to be from %(low)d to %(high)d seconds") % limits
        found.problems.append(Problem(where, what))
    elif isinstance(interval, int) and 86_400 % interval:
        what = _("must divide a day (86400 s) without rest")
        found.problems.append(Problem(where, what))


def _check_calendar(found: ImportSet, calendar: Values) -> None:
    where = found.settings.get("calendar", ("", {}))[0] + " [calendar]"
    usual = Calendar()
    for prefix in ("", "boarding_"):
        opens, closes = (
            calendar.get(prefix + key, getattr(usual, prefix + key)) for key in ("opens", "closes")
        )
        if isinstance(opens, time) and isinstance(closes, time) and opens >= closes:
            what = (
                _("boarding school closes before it opens") if prefix else _("school closes before it opens")
            )
            found.problems.append(Problem(where, what))
    holidays, workdays = calendar.get("holidays"), calendar.get("workdays")
    if isinstance(holidays, frozenset) and isinstance(workdays, frozenset):
        for day in sorted(holidays & workdays):
            what = _("%(day)s is both a holiday and a workday") % {"day": day}
            found.problems.append(Problem(where, what))
