"""What the pages about documents and tests on site need beside their data: words, labels, forms from the
import tables themselves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from typing import Any

from exporters.console.texts_papers import EVENT_WORDS, PAPER_TEXTS, STANDING_WORDS
from exporters.workbook.layout import Field, sheet_fields, sheet_name
from inventory.load_tables import DOCUMENTS, Table
from inventory.submit import ADDED, OURS, OURS_OF_DOCUMENTS, Provable
from inventory.words import Language, say

Context = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Proved:
    """A row of the register in words."""

    key: str
    table: str
    label: str
    standing: str
    document: str


def paper_words(_data: Context, language: Language) -> Context:
    """The words of every page about papers."""
    return {
        "p": _said(PAPER_TEXTS, language),
        "standings": _said(STANDING_WORDS, language),
        "event_words": _said(EVENT_WORDS, language),
    }


def evidence_school(data: Context, language: Language) -> Context:
    """A school's documents, the rows that wait for one, and the fields of the form."""
    rows = [proved(one, language) for one in data["rows"]]
    sent = data["sent"]
    return {
        **paper_words(data, language),
        "waiting": [one for one in rows if one.standing != "accepted"],
        "standing_rows": [one for one in rows if one.standing == "accepted"],
        "document_fields": fields(DOCUMENTS, OURS_OF_DOCUMENTS, language),
        "new_rows": [(word, fields(table, OURS, language)) for word, table in ADDED.items()],
        "campuses": [(campus.id, campus.name or campus.id) for campus in data["school"].campuses],
        "told": (lambda name: sent.one(name)) if sent else (lambda _name: ""),
        "ticked": frozenset(sent.all("proves")) if sent else frozenset(),
        "documents": sorted(data["school"].documents, key=lambda one: one.review != "claimed"),
    }


def document_page(data: Context, language: Language) -> Context:
    """A document, and what it proves in words."""
    return {**paper_words(data, language), "proved": [proved(one, language) for one in data["proves"]]}


def fields(table: Table, ours: Set[str], language: Language) -> tuple[Field, ...]:
    """The columns that whoever hands in a row of the table fills in: all but ``ours``."""
    return tuple(field for field in sheet_fields(table, language) if field.column.key not in ours)


def proved(one: Provable, language: Language) -> Proved:
    """A row of the register in the words that people write into the tables."""
    cells = _cells(one.row, sheet_fields(one.table, language))
    return Proved(
        key=one.key,
        table=sheet_name(one.table, language),
        label=" · ".join(cells),
        standing=one.standing,
        document=str(one.row.get("document") or ""),
    )


def _cells(row: Mapping[str, object], columns: Iterable[Field]) -> Iterable[str]:
    for field in columns:
        key = field.column.key
        value = row.get(key)
        if key in OURS or value is None or value in ("", [], False):
            continue
        yield f"{field.title} {field.shown(value)}"


def _said(words: Mapping[str, str], language: Language) -> dict[str, str]:
    return {name: say(message, language) for name, message in words.items()}
