"""The files of a report: to print (HTML, PDF, DOCX), for spreadsheets (XLSX, CSV), for machines (JSON)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from exporters.report.csv import csv_files, to_csv
from exporters.report.forms import DATA_FILE, FORMS, MEDIA_TYPES, NAMES, Form, hindrance, makeable
from exporters.report.html import to_html
from exporters.report.json import sha256, to_json
from exporters.report.lines import report_lines
from exporters.report.school_pages import to_school_pages
from exporters.report.tables import Report
from exporters.report.xlsx import to_xlsx
from inventory.report_basis import BARE, ReportBasis
from inventory.verdict import CountyView
from inventory.words import Language

__all__ = [
    "DATA_FILE",
    "FORMS",
    "MEDIA_TYPES",
    "NAMES",
    "Form",
    "makeable",
    "report_bytes",
    "report_files",
    "write_report",
]


def _to_pdf(report: Report, digest: str, language: Language) -> bytes:
    from exporters.report.pdf import to_pdf  # not everybody has the libraries

    return to_pdf(report, digest, language)


def _to_docx(report: Report, digest: str, language: Language) -> bytes:
    from exporters.report.docx import to_docx

    return to_docx(report, digest, language)


def _to_volume(report: Report, digest: str, language: Language) -> bytes:
    from exporters.report.school_pdf import to_bound

    return to_bound(report, digest, language)


WRITERS: dict[Form, Callable[[Report, str, Language], bytes]] = {
    "html": to_html,
    "schools": to_school_pages,
    "xlsx": to_xlsx,
    "pdf": _to_pdf,
    "docx": _to_docx,
    "csv": to_csv,
    "volume": _to_volume,
}
"""How a report is written from the hash of its data; "json" is the data."""


def report_bytes(view: CountyView, form: Form, language: Language, basis: ReportBasis = BARE) -> bytes:
    """The report of a view in one format. The same view gives the same bytes.

    Raises InputError where the format needs what is not installed.
    """
    report = report_lines(view, basis)
    data = to_json(report)
    if form == "json":
        return data
    if error := hindrance(form):
        raise error
    return WRITERS[form](report, sha256(data), language)


def write_report(
    view: CountyView,
    out: Path,
    language: Language,
    basis: ReportBasis = BARE,
    forms: Sequence[Form] = (),
) -> list[Path]:
    """Write formats (none named: all that can be made) into a folder, made if need be; gives back the files.

    The data, which all others show the hash of, are always among them. Raises InputError for a format that is
    named and needs what is not installed.
    """
    wanted = [form for form in FORMS if form in (forms or makeable())]
    if error := next(filter(None, map(hindrance, wanted)), None):
        raise error
    report = report_lines(view, basis)
    files = dict(_files(report, wanted, language))
    out.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (out / name).parent.mkdir(exist_ok=True)
        (out / name).write_bytes(content)
    return [out / name for name in files]


def report_files(
    view: CountyView, basis: ReportBasis, language: Language, forms: Sequence[str]
) -> Iterator[tuple[str, bytes]]:
    """The files of a report one after another, name and bytes; the data are always among them."""
    wanted = [form for form in FORMS if form in forms]
    if error := next(filter(None, map(hindrance, wanted)), None):
        raise error
    return _files(report_lines(view, basis), wanted, language)


def _files(report: Report, forms: Sequence[Form], language: Language) -> Iterator[tuple[str, bytes]]:
    data = to_json(report)
    digest = sha256(data)
    tables: list[tuple[str, bytes]] = []
    for form in forms:
        if form == "csv":
            *tables, (_, whole) = csv_files(report, digest, language)
            yield NAMES[form], whole
        elif form == "single":
            yield from _single(report, digest, language)
        elif form != "json":
            yield NAMES[form], WRITERS[form](report, digest, language)
    yield DATA_FILE, data
    for name, content in tables:
        yield f"report-{name}.csv", content


def _single(report: Report, digest: str, language: Language) -> Iterator[tuple[str, bytes]]:
    from exporters.report.school_pdf import to_single

    for school, content in to_single(report, digest, language):
        yield f"{NAMES['single']}{school}.pdf", content
