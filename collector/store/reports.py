"""Reports that were handed out: kept with the hashes of their files and their data, never changed."""

from __future__ import annotations

import msgspec
from sqlalchemy import Connection
from zstandard import ZstdCompressor, ZstdDecompressor

from collector.store.statement import ask, run
from inventory.report_basis import LastReport

_KEEP = (
    "INSERT INTO report_run (school_id, sha256, made_at, made_by, profile_id, as_of, doc, body) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (school_id, sha256) DO UPDATE SET doc = excluded.doc"
)
_ALL = "SELECT doc FROM report_run WHERE school_id = '' ORDER BY made_at"
_BEFORE = (
    "SELECT doc FROM report_run WHERE school_id = '' AND profile_id = ? AND as_of < ? AND made_at < ? "
    "ORDER BY as_of DESC, made_at DESC LIMIT 1"
)
_BODY = "SELECT body FROM report_run WHERE school_id = '' AND sha256 = ?"


def keep_report(connection: Connection, report: LastReport, data: bytes) -> None:
    """Keep a report and its data (the bytes of report.json). One that is made again, from the same data, adds
    its files to those of the first."""
    known = {each.sha256: each for each in read_reports(connection)}.get(report.sha256)
    if known is not None:
        report = msgspec.structs.replace(known, files=known.files | report.files)
    row = (
        "",
        report.sha256,
        report.made_at,
        report.made_by[:128],
        report.profile_id,
        report.as_of,
        msgspec.json.encode(report),
        ZstdCompressor().compress(data),
    )
    run(connection, _KEEP, [row])


def read_reports(connection: Connection) -> list[LastReport]:
    """All that were handed out, oldest first."""
    return [_report(doc) for (doc,) in ask(connection, _ALL)]


def report_before(
    connection: Connection, profile_id: str, as_of: float, made_before: float
) -> LastReport | None:
    """The newest report of a plan about an earlier time that had been made by then."""
    rows = ask(connection, _BEFORE, (profile_id, as_of, made_before))
    return _report(rows[0][0]) if rows else None


def read_data(connection: Connection, sha256: str) -> bytes | None:
    """The data of a report, as they were written."""
    rows = ask(connection, _BODY, (sha256,))
    return ZstdDecompressor().decompress(rows[0][0]) if rows else None


def _report(doc: bytes) -> LastReport:
    return msgspec.json.decode(doc, type=LastReport)
