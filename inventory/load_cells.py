"""One cell of an import table: what a person writes, and the value it means.

A parser takes the text (or a typed TOML value) and gives the value, or raises ``Bad`` with what is wrong and
what is allowed. Chinese and English words, full-width forms and spreadsheet habits are accepted; a guess
is not.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from typing import TypeAlias

from inventory.suggest import did_you_mean
from inventory.words import _, language

Raw: TypeAlias = object
Parser: TypeAlias = Callable[[Raw], object]

ID_LENGTH = 64
TEXT_LENGTH = 500
MAX_MBPS = 10_000_000
CATEGORIES = frozenset({11, 21, 22, 31, 32, 33, 34, 35, 36, 37, 41, 42, 51, 91, 92, 93})
"""First two digits of the school code: the kind of institution (学校(机构)标识码编制规则)."""
PROVINCES = frozenset(
    {
        *range(11, 16),
        *range(21, 24),
        *range(31, 38),
        *range(41, 47),
        *range(50, 55),
        *range(61, 67),
        71,
        81,
        82,
    }
)
"""Province codes of GB/T 2260, and 66 of the production and construction corps (兵团)."""
SHEET_ERRORS = frozenset({"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!"})
"""What a spreadsheet shows where its formula failed."""
FIRST_SERIAL, LAST_SERIAL = 36_526, 73_050
"""2000-01-01 and 2099-12-31 as a spreadsheet counts days; five digits are no other way to write a date."""
SERIAL_ZERO = date(1899, 12, 30)
LIST_MARKS = re.compile(r"[;；、,，|]")

FORMULA = re.compile(r"'*[=+@-]")
"""What a spreadsheet takes for a formula, however many marks keep it from that."""

_ID = re.compile(r"[^\s/\\<>&\"'?#%;,]+")
_PLAIN_ID = re.compile(r"(?=[A-Za-z0-9_:-]{1,64}\Z)[0-9]*[A-Za-z].*|[0-9]{10}|[0-9]{10}-[0-9]{2}")
"""Ids that need no second look: nearly all of them."""
_SCIENTIFIC = re.compile(r"[0-9]+(\.[0-9]+)?[eE]\+[0-9]+")
"""1.13305E+09; without the plus sign it may well be a room."""
_WHOLE = re.compile(r"([0-9]{1,15})(\.0+)?")
_MAC = re.compile(r"(?:[0-9A-Fa-f]{2}[-:. ]?){5}[0-9A-Fa-f]{2}")
_GROUPED = re.compile(r"^[0-9]{1,3}(?:,[0-9]{3})+(?![0-9,])")
_RATE = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*(k|m|g|兆|)(?:b|bps|bit/s|bits|b/s|bit)?")
_RATE_WORDS = {"百兆": 100, "千兆": 1000, "万兆": 10_000, "双万兆": 20_000}
_RATE_UNITS = {"": 1.0, "m": 1.0, "兆": 1.0, "g": 1000.0}
_YES = frozenset({"是", "有", "√", "✓", "对", "真", "1", "true", "yes", "y", "t"})
_NO = frozenset({"否", "无", "×", "✗", "x", "错", "假", "0", "false", "no", "n", "f"})


class Bad(ValueError):  # noqa: N818 - reads as what a cell is
    """What is wrong with a cell, and what is allowed."""

    def __init__(self, what: str, do: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.do = do


def plain(raw: Raw) -> str:
    """A cell's text in one form: NFKC, trimmed, without the marks by which a spreadsheet keeps text."""
    if not isinstance(raw, str):
        return str(raw)
    text = raw if raw.isascii() else unicodedata.normalize("NFKC", raw)
    text = text.strip()
    if text[:2] == '="' and text[-1:] == '"':
        return text[2:-1].strip()
    return text.removeprefix("'")


def text(raw: Raw) -> str:
    """Any text on one line."""
    if not isinstance(raw, str):
        return str(raw)
    found = raw.strip()
    if found[:1] == "'" and FORMULA.match(found):
        found = found[1:]
    if found[:1] == "#" and found in SHEET_ERRORS:
        raise Bad(_("is a formula that failed"), _("write the value itself"))
    if len(found) > TEXT_LENGTH:
        raise Bad(_("longer than %(n)d characters") % {"n": TEXT_LENGTH})
    if not found.isprintable():
        found = " ".join(found.split())
        if not found.isprintable():
            raise Bad(_("contains control characters"))
    return found


def code(raw: Raw) -> str:
    """An identifier; whole numbers that a spreadsheet made of it are turned back."""
    if isinstance(raw, str) and _PLAIN_ID.fullmatch(raw):
        return raw
    found = plain(raw)
    if _SCIENTIFIC.fullmatch(found):
        raise Bad(
            _("a spreadsheet turned the code into a rounded number"),
            _("set the column to text (请把该列设为文本) and enter the code again"),
        )
    if len(found) > 2 and found.endswith(".0") and found[:-2].isdigit():
        found = found[:-2]
    if len(found) > ID_LENGTH or not _ID.fullmatch(found):
        raise Bad(
            _("is not an identifier"),
            _("up to %(n)d characters, no blanks and none of / \\ < > & ? # %% ; ,") % {"n": ID_LENGTH},
        )
    return found


def codes(raw: Raw) -> tuple[str, ...]:
    """Identifiers separated by semicolons."""
    return tuple(code(part) for part in _parts(raw))


def school_code(raw: Raw) -> str:
    """The 10-digit 学校(机构)标识码: category, province, serial number. It has no check digit."""
    found = code(raw)
    if not re.fullmatch(r"[0-9]{10}", found):
        raise Bad(
            _("is not a school code"), _("10 digits: kind of school (2), province (2), serial number (6)")
        )
    if int(found[:2]) not in CATEGORIES:
        allowed = ", ".join(map(str, sorted(CATEGORIES)))
        raise Bad(
            _("%(digits)s is no kind of school") % {"digits": found[:2]},
            _("the first two digits are one of %(allowed)s") % {"allowed": allowed},
        )
    if int(found[2:4]) not in PROVINCES:
        raise Bad(
            _("%(digits)s is no province") % {"digits": found[2:4]},
            _("the third and fourth digit are the province, such as 33"),
        )
    return found


def adcode(raw: Raw) -> str:
    """A county's 6-digit code (GB/T 2260)."""
    found = code(raw)
    if not re.fullmatch(r"[1-9][0-9]{5}", found) or int(found[:2]) not in PROVINCES:
        raise Bad(_("is not a county code"), _("6 digits of GB/T 2260, such as 330522"))
    return found


def mac(raw: Raw) -> str:
    """A MAC address as it was written; any marks between its 12 hexadecimal digits, or none."""
    found = plain(raw)
    if not _MAC.fullmatch(found):
        raise Bad(_("is not a MAC address"), _("12 hexadecimal digits, such as 02:00:00:00:01:01"))
    return found


def whole(raw: Raw) -> int:
    """A whole number from 0 up."""
    if isinstance(raw, int) and not isinstance(raw, bool) and raw >= 0:
        return raw
    match = _WHOLE.fullmatch(ungrouped(plain(raw)))
    if not match:
        raise Bad(_("is not a whole number"), _("digits only, such as 1200"))
    return int(match[1])


def mbps(raw: Raw) -> int:
    """A bandwidth in Mbit/s: 10000, 1000M, 10G, 千兆, 万兆."""
    found = ungrouped(plain(raw).casefold().replace(" ", ""))
    rate: float | None = _RATE_WORDS.get(found)
    match = _RATE.fullmatch(found)
    if rate is None and match and match[2] in _RATE_UNITS:
        rate = float(match[1]) * _RATE_UNITS[match[2]]
    if rate is None or rate != int(rate) or not 0 < rate <= MAX_MBPS:
        raise Bad(_("is not a bandwidth"), _("Mbit/s, such as 1000, 1000M, 10G, 千兆 or 万兆"))
    return int(rate)


def flag(raw: Raw) -> bool:
    """Yes or no."""
    if isinstance(raw, bool):
        return raw
    found = plain(raw).casefold()
    if found in _YES or found in _NO:
        return found in _YES
    raise Bad(_("is neither yes nor no"), _("是 or 否 (also yes/no, 1/0, √/×)"))


def day(raw: Raw) -> date:
    """A date: 2026-09-01, 2026/9/1, 2026.9.1, 20260901, 2026年9月1日, or a spreadsheet's count of days."""
    if isinstance(raw, datetime):
        return raw.date()
    if isinstance(raw, date):
        return raw
    found = plain(raw).removesuffix(" 00:00:00").removesuffix("日")
    match = re.fullmatch(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})", found) or re.fullmatch(
        r"([0-9]{4})([0-9]{2})([0-9]{2})", found
    )
    try:
        if match:
            return date(int(match[1]), int(match[2]), int(match[3]))
        if re.fullmatch(r"[0-9]{5}(\.0)?", found) and FIRST_SERIAL <= float(found) <= LAST_SERIAL:
            return SERIAL_ZERO + timedelta(days=int(float(found)))
    except ValueError:
        pass
    raise Bad(_("is not a date"), _("year-month-day, such as 2026-09-01"))


def clock_time(raw: Raw) -> time:
    """A time of day: 07:30."""
    if isinstance(raw, time):
        return raw
    match = re.fullmatch(r"([0-9]{1,2}):([0-9]{2})(:00)?", plain(raw))
    if match and int(match[1]) < 24 and int(match[2]) < 60:
        return time(int(match[1]), int(match[2]))
    raise Bad(_("is not a time of day"), _("hours and minutes, such as 07:30"))


class WordList:
    """A parser for a closed list: ``words`` is what a person may write -> the value; ``several``: more than
    one word in a cell, separated by semicolons. Templates and exports ask it for its words."""

    __slots__ = ("_as_written", "_known", "_lookup", "allowed", "several", "words")

    def __init__(self, words: Mapping[str, str], several: bool = False) -> None:
        self.words = words
        self.several = several
        self.allowed = tuple(dict.fromkeys(words.values()))
        self._as_written = {**{found: found for found in self.allowed}, **words}
        self._lookup = {_word(key): found for key, found in self._as_written.items()}
        self._known = [*self.allowed, *(word for word in words if word not in self.allowed)]

    def __call__(self, raw: Raw) -> str | tuple[str, ...]:
        if self.several:
            return tuple(dict.fromkeys(self._one(part) for part in _parts(raw)))
        return self._one(raw)

    def shown(self) -> dict[str, str]:
        """Each value -> the first of the words that people write for it."""
        first: dict[str, str] = {}
        for word, value in self.words.items():
            first.setdefault(value, word)
        return first

    def _one(self, raw: Raw) -> str:
        # Nearly every cell is a word as it stands in the table; the rest is brought into one form first.
        found = self._as_written.get(raw) if isinstance(raw, str) else None
        found = found or self._lookup.get(_word(plain(raw)))
        if found is None:
            listed = tuple(self.shown().values()) if language() == "zh" else self.allowed
            do = did_you_mean(plain(raw), self._known, listed) or ", ".join(listed)
            raise Bad(_("is not a known word"), do)
        return found


def one_of(words: Mapping[str, str]) -> WordList:
    """A parser for one word of a closed list."""
    return WordList(words)


def some_of(words: Mapping[str, str]) -> WordList:
    """A parser for several words of a closed list, separated by semicolons."""
    return WordList(words, several=True)


def ungrouped(found: str) -> str:
    """Without the commas of thousands; "1,5" keeps its comma, for nobody knows what it means."""
    return _GROUPED.sub(lambda match: match[0].replace(",", ""), found)


def _parts(raw: Raw) -> list[Raw]:
    if isinstance(raw, list):
        return raw
    return [part for part in LIST_MARKS.split(plain(raw)) if part.strip()]


def _word(found: str) -> str:
    return found.casefold().replace(" ", "").replace("-", "_")
