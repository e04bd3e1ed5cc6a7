"""Cells that hold a measured number, a moment, a year, a level, a host or a checksum: parsers as those of
``load_cells``.

Marks of units may stand behind a number; a sign, a unit or a decimal comma that leaves a doubt is refused.
"""

from __future__ import annotations

import math
import re
from datetime import UTC, date, datetime
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from inventory.load_cells import Bad, Parser, Raw, plain, ungrouped
from inventory.words import N_, _

FIRST_YEAR, LAST_YEAR = 1990, 2100
_MINUS = str.maketrans("−–", "--")
_NUMBER = re.compile(r"(-?[0-9]{1,15}(?:\.[0-9]{1,17})?(?:e-[0-9]{1,2})?)\s*([^0-9\s.,-].*)?")
_MOMENT = re.compile(
    r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?[ T]\s*"
    r"([0-9]{1,2}):([0-9]{2})(:[0-9]{2}(?:\.[0-9]{1,6})?)?\s*(Z|[+-][0-9]{2}:[0-9]{2})?"
)
_YEAR = re.compile(r"([0-9]{4})(?:\.0)?(?:年|[-/.年][0-9]{1,2}月?|[-/.年][0-9]{1,2}[-/.月][0-9]{1,2}日?)?")
_GRADE = re.compile(r"第?([1-5一二三四五])(?:\.0)?级?")
_GRADES = {word: n for n, word in enumerate("一二三四五", 1)}
_LABEL = re.compile(r"(?!-)[\w-]{1,63}(?<!-)")
_SHA256 = re.compile(r"[0-9a-f]{64}")


def measured(low: float, high: float, units: tuple[str, ...], what: str, do: str) -> Parser:
    """A parser for a number from ``low`` to ``high``; one of ``units`` may stand behind it. ``what`` it is
    not, and what to write, are messages marked with N_."""

    def parse(raw: Raw) -> float:
        found = _number(raw, units)
        if found is None or not low <= found <= high:
            raise Bad(_(what), _(do))
        return found

    return parse


decimal = measured(0, 1e12, (), N_("is not a number"), N_("digits, with a decimal point where needed"))
lux = measured(
    0, 200_000, ("lx", "lux", "勒克斯"), N_("is not an illuminance"), N_("in lux, such as 300 or 320.5")
)
dbm = measured(
    -120,
    -1,
    ("dbm",),
    N_("is not a signal strength"),
    N_("in dBm with its minus sign, from -120 to -1, such as -58"),
)
snr_db = measured(
    -20, 100, ("db",), N_("is not a signal-to-noise ratio"), N_("in dB, from -20 to 100, such as 32")
)
size_m2 = measured(
    1,
    100_000,
    ("m2", "m²", "㎡", "平米", "平方米"),
    N_("is not the size of a room"),
    N_("in square metres, such as 67"),
)
rendering = measured(
    0, 100, (), N_("is not a colour rendering index"), N_("Ra, a number from 0 to 100, such as 80")
)


def share(raw: Raw) -> float:
    """A share from 0 to 1: 0.7, or 70%."""
    percent = _number(raw, ("%",)) if isinstance(raw, str) and plain(raw).endswith("%") else None
    found = _number(raw, ()) if percent is None else percent / 100
    if found is None or not 0 <= found <= 1:
        raise Bad(_("is not a share from 0 to 1"), _("such as 0.7 or 70%"))
    return found


def year(raw: Raw) -> int:
    """A year, also of a month or a day: 2021, 2021年, 2021-09, 2021年9月."""
    if isinstance(raw, date):
        return raw.year
    match = _YEAR.fullmatch(plain(raw))
    if not match or not FIRST_YEAR <= int(match[1]) <= LAST_YEAR:
        limits = {"first": FIRST_YEAR, "last": LAST_YEAR}
        raise Bad(_("is not a year"), _("a year from %(first)d to %(last)d, such as 2021") % limits)
    return int(match[1])


def grade(raw: Raw) -> int:
    """A level of the multi-level protection scheme: 2, 二级, 第二级."""
    match = None if isinstance(raw, bool) else _GRADE.fullmatch(plain(raw))
    if not match:
        raise Bad(_("is not a protection level"), _("1 to 5, such as 2 or 二级"))
    return _GRADES.get(match[1]) or int(match[1])


def moment(raw: Raw) -> datetime:
    """A local date and time, to the minute: 2026-08-01 08:00; with an offset (+08:00) where it would be in
    doubt. A day alone is refused: whether it is meant as a whole nobody knows."""
    if isinstance(raw, datetime):
        return raw
    match = None if isinstance(raw, date) else _MOMENT.fullmatch(plain(raw))
    try:
        if match:
            day = f"{match[1]}-{int(match[2]):02d}-{int(match[3]):02d}"
            clock = f"{int(match[4]):02d}:{match[5]}{match[6] or ''}"
            return datetime.fromisoformat(f"{day}T{clock}{match[7] or ''}")
    except ValueError:
        pass
    raise Bad(_("is not a date with a time"), _("date, hours and minutes, such as 2026-08-01 08:00"))


def seconds_of(written: datetime, timezone: str) -> float:
    """Seconds since 1970 UTC of a moment; local in ``timezone`` where it has no offset of its own."""
    return (written if written.tzinfo else written.replace(tzinfo=ZoneInfo(timezone))).timestamp()


def written_moment(seconds: float, timezone: str) -> str:
    """A moment as ``moment`` reads it; with its offset where local time alone would be in doubt."""
    local = datetime.fromtimestamp(seconds, UTC).astimezone(ZoneInfo(timezone))
    plain_local = local.replace(tzinfo=None, fold=0)
    is_clear = seconds_of(plain_local, timezone) == local.timestamp()
    exact = "minutes" if not (local.second or local.microsecond) else "auto"
    return (plain_local if is_clear else local).isoformat(" ", exact)


def host(raw: Raw) -> str:
    """A name of a host, or the address of a page on it: www.example.cn."""
    found = plain(raw).casefold()
    try:
        name = urlsplit(found).hostname if "://" in found else found.rstrip("/")
    except ValueError:
        name = ""
    labels = (name or "").rstrip(".").split(".")
    if len(labels) < 2 or len(name or "") > 253 or not all(map(_LABEL.fullmatch, labels)):
        raise Bad(_("is not the name of a host"), _("such as www.example.cn"))
    return ".".join(labels)


def sha256(raw: Raw) -> str:
    """A SHA-256: 64 hexadecimal digits."""
    found = plain(raw).casefold().replace(" ", "")
    if not _SHA256.fullmatch(found):
        raise Bad(_("is not a SHA-256"), _("64 hexadecimal digits, as sha256sum prints them"))
    return found


def _number(raw: Raw, units: tuple[str, ...]) -> float | None:
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        return float(raw) if math.isfinite(raw) else None
    match = _NUMBER.fullmatch(ungrouped(plain(raw).casefold().translate(_MINUS)))
    if not match or (match[2] and match[2].strip() not in units):
        return None
    return float(match[1])
