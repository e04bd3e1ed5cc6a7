"""The tables as they stand on paper (PDF, DOCX): few and wide columns, and no endless lists.

What a table's columns become is data by the table's id; a table that is not named here is printed with its
columns as they are, those that are empty left out. All rows are in the workbook, and the paper says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from exporters.report.campuses import TARGET
from exporters.report.gather import together
from exporters.report.plain import plain, shortened
from exporters.report.shown import amount, heading, shown, unit_words
from exporters.report.tables import Cell, Column, Kind, Report, Table
from exporters.report.texts import texts
from inventory.words import N_, Language, say

DETAIL_ROWS = 500
"""So many rows of schools in one paper; a longer list is no reading, and costs a PDF engine much memory."""
CELL_CHARS = 400
PLACES = 500
COLUMNS = 16
"""So many columns of a table that nothing is known about."""
SKIPPED = frozenset({"cover", "schools", "evidence"})
"""The cover is not printed as a table; the pages of schools and the evidence are files of their own."""
SUMMARIES = frozenset({"county", "three", "groups", "quality", "changes", "history"})
"""Tables about the county: their rows are not counted as detail."""
PIVOTS: Mapping[str, tuple[str, str, tuple[str, ...]]] = {
    "groups": ("target", "group", ("met", "failed", "unknown"))
}
"""Tables printed across: what begins a line, what heads a column, the figures of a cell."""
MARKS: Mapping[str, str] = {"pass": "√", "fail": "×", "unknown": "?", "na": "—"}
MARKS_KEY = N_("√ met, × not met, ? unknown, — not applicable, empty: not asked of the school.")
LEFT_OUT = N_("%(shown)d of %(all)d rows are printed; the whole list is in report.xlsx.")
NARROW: frozenset[Kind] = frozenset({"integer", "percent", "figure", "state"})
WEIGHTS: Mapping[Kind, float] = {"integer": 1.2, "percent": 1.5, "figure": 1.5, "state": 1.6, "time": 2.2}


@dataclass(frozen=True, slots=True)
class Group:
    """Columns of a table that share one on paper; ``keep``: printed though nothing is in it yet."""

    ids: tuple[str, ...]
    weight: float
    keep: bool = False
    separator: str = "\n"
    chars: int = CELL_CHARS


def _g(
    ids: str, weight: float, *, keep: bool = False, separator: str = "\n", chars: int = CELL_CHARS
) -> Group:
    return Group(tuple(ids.split()), weight, keep, separator, chars)


_WHERE = (_g("no", 2.7), _g("school_name campus_name school", 3.8), _g("metric target", 3.6))
_WHY = (_g("reason_words advice who", 7), _g("level window_end source", 5, chars=110))
_STATUS = (_g("status owner deadline", 2.2, keep=True), _g("closed_by closed_at closed_with", 2.2, keep=True))
GROUPS: Mapping[str, tuple[Group, ...]] = {
    "county": (
        _g("no", 1),
        _g("quote target source", 6.5),
        _g("strength scope", 3),
        _g("method origin note", 6.5),
        _g("goal due due_basis", 3),
        *(_g(name, 1.5) for name in ("n", "met", "failed", "unknown", "na")),
        _g("low_percent high_percent", 2.2),
        _g("state state_at_due", 2.4),
        _g("evidence change", 2.2),
    ),
    "campuses": (
        _g("school", 2.4),
        _g("school_name campus_name", 5, separator=" "),
        _g("kind urban_rural township", 3.8, separator=" · "),
        _g(TARGET, 0.8),
        _g("port_mbps contract_mbps throughput_mbps", 2.6, separator=" / "),
        _g("aps_online aps_registered", 1.8, separator=" / "),
        _g("last_report", 2.6),
        _g("failed unknown", 1.6, separator=" / "),
    ),
    "to_mend": (
        *_WHERE,
        _g("value", 1.8),
        _g("threshold", 1.8),
        *_WHY,
        *_STATUS,
    ),
    "to_prove": (*_WHERE, *_WHY, _g("needed", 1.4), *_STATUS),
    "spot_check": (
        _g("school_name campus_name school", 4),
        _g("stratum why_drawn", 3),
        _g("metric target", 4),
        _g("state value", 2),
        _g("method", 2.4),
        *(_g(name, 1.9) for name in ("site_value", "agrees", "site_result", "photo", "inspector", "seen_on")),
    ),
    "quality_schools": (
        _g("school_name campus school", 4),
        _g("agent version", 3),
        _g("last_report", 2.4),
        _g("missing_batches lost_batches", 2, separator=" / "),
        _g("clock_offset_s", 1.4),
        _g("not_seen", 3),
        _g("unregistered", 3),
        _g("unsupported", 3),
    ),
}


@dataclass(frozen=True, slots=True)
class PaperTable:
    """A table in words: headings, relative widths, rows; what is left out is told in ``more``."""

    id: str
    title: str
    note: str
    heads: list[str]
    weights: list[float]
    centred: list[bool]
    rows: list[list[str]]
    more: str = ""
    breaks: bool = False
    """whether a row may go on on the next page"""


def paper_tables(report: Report, language: Language, most: int = DETAIL_ROWS) -> list[PaperTable]:
    """The tables of a report for paper, in its order."""
    tables = [table for table in report.tables if table.id not in SKIPPED]
    details = {table.id: len(table.rows) for table in tables if table.id not in SUMMARIES}
    rooms = _shares(details, most)
    return [
        paper
        for table in tables
        for paper in _papers(table, report, language, rooms.get(table.id, len(table.rows)))
    ]


def _shares(wanted: Mapping[str, int], most: int) -> dict[str, int]:
    """So many rows for each: all get what they want up to the same number, the short ones first."""
    shares: dict[str, int] = {}
    for name in sorted(wanted, key=lambda name: wanted[name]):
        shares[name] = min(wanted[name], (most - sum(shares.values())) // (len(wanted) - len(shares)))
    return shares


def _papers(table: Table, report: Report, language: Language, room: int) -> list[PaperTable]:
    """The table; the list to prove in two, its many places with the same cause behind."""
    if table.id in PIVOTS:
        return [_pivoted(table, report, language)]
    if table.id != "to_prove":
        return [_paper(table, range(len(table.rows)), report, language, room)]
    words = [_words(row, table.columns, report, language) for row in table.rows]
    few, many = together(table, words)
    one = _paper(table, few, report, language, room)
    if not many:
        return [one]
    t = texts(language)
    rows = [
        [
            f"{words[n]['metric']}\n{words[n]['target']}",
            f"{words[n]['reason_words']}\n{words[n]['who']}: {words[n]['advice']}",
            words[n]["needed"],
            f"{len(places)}: {_joined(places, language)}",
        ]
        for n, places in many
    ]
    heads = [t["metric"], t["why"], t["needed"], t["places"]]
    weights, centred = [3.0, 5.0, 1.2, 12.0], [False, False, True, False]
    return [
        one,
        PaperTable("to_prove_together", t["together"], "", heads, weights, centred, rows, breaks=True),
    ]


def _pivoted(table: Table, report: Report, language: Language) -> PaperTable:
    line, head, figures = PIVOTS[table.id]
    cells: dict[str, dict[str, str]] = {}
    for row in table.rows:
        words = _words(row, table.columns, report, language)
        cells.setdefault(words[line], {})[words[head]] = " / ".join(words[name] or "?" for name in figures)
    heads = list(dict.fromkeys(name for found in cells.values() for name in found))
    named = {column.id: heading(column, language) for column in table.columns}
    return PaperTable(
        id=table.id,
        title=say(table.title, language),
        note=" / ".join(named[name] for name in figures),
        heads=[named[line], *heads],
        weights=[4.0, *(1.6 for _ in heads)],
        centred=[False, *(True for _ in heads)],
        rows=[[name, *(found.get(head, "") for head in heads)] for name, found in cells.items()],
    )


def _joined(places: Sequence[str], language: Language) -> str:
    text = ("、" if language == "zh" else ", ").join(places[:PLACES])
    return text if len(places) <= PLACES else f"{text} … +{len(places) - PLACES}"


def _words(
    row: Sequence[Cell], columns: Sequence[Column], report: Report, language: Language
) -> dict[str, str]:
    return {
        column.id: shortened(plain(shown(cell, column, language, report.timezone)), CELL_CHARS)
        for cell, column in zip(row, columns, strict=True)
    }


def _paper(table: Table, numbers: Sequence[int], report: Report, language: Language, room: int) -> PaperTable:
    rows = [table.rows[number] for number in numbers[:room]]
    groups = _with_targets(GROUPS.get(table.id) or _each(table), table)
    columns = {column.id: (place, column) for place, column in enumerate(table.columns)}
    known = [(group, [columns[name] for name in group.ids if name in columns]) for group in groups]
    used = [(group, own) for group, own in known if own and (group.keep or _used(own, rows))]
    more = say(LEFT_OUT, language) % {"shown": len(rows), "all": len(numbers)}
    note = say(table.note, language)
    return PaperTable(
        id=table.id,
        title=say(table.title, language) or table.id,
        note=f"{say(MARKS_KEY, language)} {note}" if table.id == "campuses" else note,
        heads=[_head(group, own, report, language) for group, own in used],
        weights=[group.weight for group, _ in used],
        centred=[all(column.kind in NARROW for _, column in own) for _, own in used],
        rows=[
            [_cell(row, group, own, table.columns, report, language) for group, own in used] for row in rows
        ],
        more=more if len(rows) < len(numbers) else "",
    )


def _used(own: Sequence[tuple[int, Column]], rows: Sequence[Sequence[Cell]]) -> bool:
    if not rows or any(column.kind == "pen" for _, column in own):
        return True
    return any(row[place] not in (None, "") for row in rows for place, _ in own)


def _each(table: Table) -> tuple[Group, ...]:
    columns = [
        column
        for place, column in enumerate(table.columns)
        if column.kind == "pen" or not table.rows or any(row[place] not in (None, "") for row in table.rows)
    ]
    return tuple(Group((column.id,), WEIGHTS.get(column.kind, 3.0)) for column in columns[:COLUMNS])


def _with_targets(groups: Sequence[Group], table: Table) -> list[Group]:
    """The groups, the one that stands for the targets replaced by one for each target."""
    targets = [column.id for column in table.columns if column.id.startswith(TARGET)]
    found: list[Group] = []
    for group in groups:
        found += [Group((name,), group.weight) for name in targets] if group.ids == (TARGET,) else [group]
    return found


def _head(group: Group, own: Sequence[tuple[int, Column]], report: Report, language: Language) -> str:
    if group.ids[0].startswith(TARGET):
        return _number(group.ids[0].removeprefix(TARGET), report)
    return " / ".join(plain(heading(column, language)) for _, column in own)


def _number(target: str, report: Report) -> str:
    """The number that a target has in table 1."""
    for table in report.tables:
        if table.id == "county":
            return next((str(r["no"]) for r in table.records() if r["target"] == target), target)
    return target


def _cell(
    row: Sequence[Cell],
    group: Group,
    own: Sequence[tuple[int, Column]],
    columns: Sequence[Column],
    report: Report,
    language: Language,
) -> str:
    if group.ids[0].startswith(TARGET):
        return MARKS.get(str(row[own[0][0]] or ""), "")
    cells = [_amount(row, place, columns, report, language) for place, _ in own]
    if group.separator == " / ":  # figures side by side: the place tells which one is not known
        cells = [cell or "?" for cell in cells] if any(cells) else []
    return shortened(plain(group.separator.join(filter(None, cells))), group.chars)


def _amount(
    row: Sequence[Cell], place: int, columns: Sequence[Column], report: Report, language: Language
) -> str:
    """The cell in words; a value and what is required of it with the unit that stands in the row."""
    cell, column = row[place], columns[place]
    unit = next((row[n] for n, each in enumerate(columns) if each.id == "unit"), None)
    if column.id in ("value", "threshold") and isinstance(cell, int | float) and unit:
        return amount(cell, "ratio" if unit == "ratio" else unit_words(str(unit), language))
    return shown(cell, column, language, report.timezone)
