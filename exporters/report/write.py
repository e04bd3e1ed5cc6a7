"""The files of a report: HTML to print, CSV for spreadsheets (in one and by table), JSON for machines."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from exporters.report.csv import table_csv, to_csv
from exporters.report.html import to_html
from exporters.report.json import sha256, to_json
from exporters.report.lines import report_lines
from inventory.verdict import CountyView
from inventory.words import Language

Form = Literal["html", "csv", "json"]
MEDIA_TYPES: dict[Form, str] = {
    "html": "text/html; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
}


def report_bytes(view: CountyView, form: Form, language: Language) -> bytes:
    """The report of a view in one format. The same view gives the same bytes."""
    report = report_lines(view)
    data = to_json(report)
    if form == "json":
        return data
    write = to_html if form == "html" else to_csv
    return write(report, sha256(data), language)


def write_report(view: CountyView, out: Path, language: Language) -> list[Path]:
    """Write all formats into a folder, made if need be; gives back the files, the printable one first."""
    report = report_lines(view)
    data = to_json(report)
    digest = sha256(data)
    files: dict[str, bytes] = {
        "report.html": to_html(report, digest, language),
        "report.csv": to_csv(report, digest, language),
        "report.json": data,
    }
    for table in report.tables:
        files[f"report-{table.id}.csv"] = table_csv(table, language, report.timezone)
    out.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (out / name).write_bytes(content)
    return [out / name for name in files]
