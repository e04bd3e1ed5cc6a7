"""A document that somebody hands in: what it may prove at a school, and the register with it.

A row of the register that only a document can prove (a lease, a facility, a security function, a system, an
exemption, a light test) names its document; from then on that document's review and validity decide what the
row is worth (``metrics.proof``). What is handed in is ``claimed`` until another person has looked at it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Literal

from inventory.errors import InputError, RegisterError
from inventory.load_base import as_parsed, with_settings
from inventory.load_check import check
from inventory.load_records import register_of, register_tables
from inventory.load_rows import parse
from inventory.load_set import ImportSet, Rows
from inventory.load_settings import read_settings
from inventory.load_tables import (
    CONTRACTS,
    DOCUMENTS,
    EXEMPTIONS,
    FACILITIES,
    LIGHT_TESTS,
    SECURITY,
    SYSTEMS,
    Table,
)
from inventory.metrics.proof import Proof, Standing
from inventory.papers import Document
from inventory.register import Register, School
from inventory.words import _, language

Review = Literal["accepted", "rejected"]
Cells = Mapping[str, str]
"""What was written into a form: column key -> text."""

FILE_BYTES = 20 * 1024 * 1024
KINDS: Mapping[str, tuple[str, bytes]] = {
    "pdf": ("application/pdf", b"%PDF-"),
    "jpg": ("image/jpeg", b"\xff\xd8\xff"),
    "png": ("image/png", b"\x89PNG\r\n\x1a\n"),
    "ofd": ("application/ofd", b"PK\x03\x04"),
    "docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", b"PK\x03\x04"),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", b"PK\x03\x04"),
}
"""What files are taken: their media type, and how they begin."""
PICTURES = ("jpg", "png")

PROVED: tuple[Table, ...] = (CONTRACTS, FACILITIES, SECURITY, SYSTEMS, EXEMPTIONS, LIGHT_TESTS)
"""Tables whose rows name a document."""
ADDED: Mapping[str, Table] = {"contract": CONTRACTS, "facility": FACILITIES}
"""What may be handed in together with the row that it proves, by the word for it in a form."""
OURS = frozenset({"school", "evidence", "document", "absent"})
"""Columns that are not for who hands something in."""
OURS_OF_DOCUMENTS = OURS | {"id", "level", "file", "sha256", "author", "review", "reviewed_by", "reviewed_on"}


@dataclass(frozen=True, slots=True)
class Provable:
    """A row that a document can stand behind. ``key`` finds it again, until it changes; ``standing`` is what
    it is worth today."""

    key: str
    table: Table
    row: Mapping[str, object]
    standing: Standing


@dataclass(frozen=True, slots=True)
class Handed:
    """What somebody hands in: the document's own ``cells``, the ``keys`` of rows that it proves, and rows
    that are ``new`` with it, by the word for their table."""

    cells: Cells
    keys: Sequence[str] = ()
    new: Mapping[str, Cells] = field(default_factory=dict)


def kind_of(name: str, body: bytes) -> str:
    """The kind of a file (``KINDS``) by its ending and how it begins; InputError for any other."""
    ending = Path(name).suffix.casefold().lstrip(".").replace("jpeg", "jpg")
    if len(body) > FILE_BYTES:
        raise InputError(
            _("the file is larger than %(n)d MiB") % {"n": FILE_BYTES // 2**20},
            do=_("hand in smaller files, such as scans of 150 dpi"),
        )
    if ending not in KINDS or not body.startswith(KINDS[ending][1]):
        allowed = ", ".join(KINDS)
        raise InputError(
            _("the file is of no kind that is taken"), do=_("allowed: %(words)s") % {"words": allowed}
        )
    return ending


def provable(register: Register, today: date) -> list[Provable]:
    """The rows of a register of one school that a document can stand behind."""
    (school,) = register.schools
    proof = Proof((*register.documents, *school.documents), today)
    rows = register_tables(register)
    return [
        Provable(_key(table, row), table, row, _standing(proof, row))
        for table in PROVED
        for row in rows[table.name]
        if row.get("absent") is not True and not _is_countys(table, row)
    ]


def proved_by(register: Register, document: str) -> list[Provable]:
    """The rows of a register of one school that name a document."""
    return [one for one in provable(register, date.max) if one.row.get("document") == document]


def with_document(register: Register, handed: Handed, document: Document, today: date) -> Register:
    """The register of one school with a document that was handed in, and the rows that it is to prove.

    InputError where a row has changed meanwhile or stands already, RegisterError for every cell that cannot
    be understood and every fault in what the new rows say.
    """
    (school,) = register.schools
    known = {one.key: one for one in provable(register, today)}
    for key in handed.keys:
        if key not in known:
            raise InputError(_("what the document proves has changed meanwhile; open the page again"))
        if known[key].standing == "accepted":
            raise InputError(
                _("this is proved already by document %(id)s")
                % {"id": known[key].row.get("document") or "-"},
                do=_("hand in what is new as a row of its own: the next contract, the next recognition"),
            )
    if not handed.keys and not handed.new:
        raise InputError(_("the document proves nothing yet"), do=_("choose what it proves"))
    rows = {
        name: [
            {**row, "document": document.id} if _is_meant(handed, known, row, name) else row for row in own
        ]
        for name, own in register_tables(register).items()
    }
    told = {
        "school": school.id,
        "id": document.id,
        "file": document.file,
        "sha256": document.sha256,
        "author": document.author,
        "review": "claimed",
        **{key: cell for key, cell in handed.cells.items() if key not in OURS_OF_DOCUMENTS},
    }
    added: list[tuple[Table, Cells]] = [(DOCUMENTS, told)]
    for word, cells in handed.new.items():
        own = {"document": document.id} | ({"school": school.id} if word == "facility" else {})
        added.append((ADDED[word], {key: cells[key] for key in cells if key not in OURS} | own))
    return _composed(register, rows, added)


def reviewed(school: School, document: str, review: Review, by: str, on: date) -> School:
    """The school with one of its documents accepted or rejected; InputError where it cannot be."""
    found = next((each for each in school.documents if each.id == document), None)
    if found is None:
        raise InputError(_("there is no document %(id)s") % {"id": document})
    if found.author == by:
        raise InputError(
            _("nobody reviews what he has handed in himself"), do=_("let another person look at it")
        )
    changed = replace(found, review=review, reviewed_by=by, reviewed_on=on)
    return replace(
        school, documents=tuple(changed if each.id == document else each for each in school.documents)
    )


def new_id(school: School, county: Sequence[Document], sha256: str, on: date) -> str:
    """An id for a document that neither the school nor the county has."""
    taken = {each.id for each in (*school.documents, *county)}
    ids = (f"D{on:%Y%m%d}-{sha256[:length]}" for length in range(6, 33))
    return next(each for each in ids if each not in taken)


def _composed(
    register: Register,
    rows: Mapping[str, Sequence[Mapping[str, object]]],
    added: Sequence[tuple[Table, Cells]],
) -> Register:
    found = ImportSet()
    with_settings(found, register)
    found.tables = [_rows(table, cells) for table, cells in added]
    tables = as_parsed(rows)
    for table, fresh in parse(found).items():
        tables[table] = [*tables[table], *fresh]
    settings = read_settings(found)
    check(found, tables, settings)
    # What was wrong before this document is not its fault.
    own = tuple(one for one in found.problems if isinstance(one.where, _Field))
    if own:
        raise RegisterError(_("%(n)d faults in the form") % {"n": len(own)}, problems=own, every=own)
    return register_of(tables, settings)


class _Field(str):
    """A field of the form, in words."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class _FormRows(Rows):
    """A row that was written into a form."""

    def where(self, number: int, index: int | None = None) -> str:  # noqa: ARG002 - there is one row
        return _Field(self.file if index is None else f"{self.file} {self.names[index]}")


def _rows(table: Table, cells: Cells) -> Rows:
    columns = tuple(
        column for column in table.columns if column.required or cells.get(column.key, "").strip()
    )
    line = [cells.get(column.key, "").strip() for column in columns]
    names = tuple(column.title for column in columns)
    called = (table.files[0] if language() == "zh" else table.file).removesuffix(".csv")
    return _FormRows(called, table, columns, names, iter([(1, list(line))]))


def _is_meant(handed: Handed, known: Mapping[str, Provable], row: Mapping[str, object], name: str) -> bool:
    table = next((table for table in PROVED if table.name == name), None)
    key = _key(table, row) if table else ""
    return key in known and key in handed.keys


def _is_countys(table: Table, row: Mapping[str, object]) -> bool:
    """Of a register of one school, a row without an owner is the county's."""
    return not row.get(table.owner or "school") and not row.get("campus")


def _standing(proof: Proof, row: Mapping[str, object]) -> Standing:
    return proof.standing(_Told(str(row.get("evidence") or ""), str(row.get("document") or "")))


@dataclass(frozen=True, slots=True)
class _Told:
    evidence: str
    document: str


def _key(table: Table, row: Mapping[str, object]) -> str:
    written = json.dumps([table.name, row], sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(written.encode("utf-8", "replace")).hexdigest()[:20]


def waiting(school: School) -> Iterator[Document]:
    """The documents that nobody has reviewed yet."""
    return (each for each in school.documents if each.review == "claimed")
