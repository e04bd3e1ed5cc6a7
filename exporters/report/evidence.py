"""表五 证据附录: every piece of evidence that a verdict rests on, and every document of the register with its
hash and review."""

from __future__ import annotations

from collections.abc import Iterator

from exporters.report.tables import Cell, Column, Table
from inventory.papers import Document
from inventory.verdict import CountyView, Evidence, SchoolView, State, Verdict
from inventory.words import N_

COLUMNS = (
    Column("no", N_("Evidence no.")),
    Column("school", N_("School code")),
    Column("school_name", N_("School")),
    Column("campus", N_("Campus code")),
    Column("target", N_("Target")),
    Column("metric", N_("Metric"), "metric"),
    Column("level", N_("Evidence level")),
    Column("type", N_("Type"), "code"),
    Column("issuer", N_("Issued by")),
    Column("issued_on", N_("Issued on"), "date"),
    Column("valid_until", N_("Valid until"), "date"),
    Column("first", N_("Read from time"), "time"),
    Column("last", N_("Read until time"), "time"),
    Column("method", N_("How it was read")),
    Column("value", N_("Raw value")),
    Column("polls_true", N_("Polls true a"), "integer"),
    Column("polls_false", N_("Polls false d"), "integer"),
    Column("polls_gap", N_("Polls missing m"), "integer"),
    Column("document", N_("Document no.")),
    Column("file", N_("File")),
    Column("sha256", N_("SHA-256")),
    Column("review", N_("Review"), "code"),
    Column("reviewed_by", N_("Reviewed by")),
    Column("reviewed_on", N_("Reviewed on"), "date"),
)
TYPES = {"E3": "device_reading", "E4": "active_test", "E5": "site_test", "E1": "declared"}
"""What evidence without a document is, by its level."""

Place = tuple[str, Verdict]
"""Target and the innermost verdict."""


def evidence_table(view: CountyView) -> Table:
    """A row for each piece of evidence of each target's innermost verdicts that is more than nothing (E0)."""
    rows: list[tuple[Cell, ...]] = []
    for school in view.schools:
        documents = {document.id: document for document in school.school.documents}
        agents = "; ".join(
            f"{line.agent} {line.version}".strip() for line in view.agents if line.school == school.school.id
        )
        for target, verdict, evidence in _evidence(school):
            document = documents.get(evidence.document)
            rows.append(_row(len(rows) + 1, school, target, verdict, evidence, document, agents))
        for document in _unused(school, documents):
            rows.append(_paper(len(rows) + 1, school, document))
    return Table(
        id="evidence",
        title=N_("Table 5: evidence"),
        columns=COLUMNS,
        rows=tuple(rows),
        note=N_("Device readings are kept with their polls; a document with the hash of its file."),
    )


def _evidence(school: SchoolView) -> Iterator[tuple[str, Verdict, Evidence]]:
    for target in school.verdicts:
        waiting = list(target.campuses)
        for verdict in waiting:  # it goes on over what it appends
            waiting += verdict.legs
            if not verdict.legs and verdict.state in (State.PASS, State.FAIL):
                yield from ((target.target, verdict, each) for each in verdict.evidence if each.level != "E0")


def _unused(school: SchoolView, documents: dict[str, Document]) -> Iterator[Document]:
    """Documents that no verdict rests on: they are listed all the same, with their review."""
    used = {each.document for _target, _verdict, each in _evidence(school)}
    yield from (document for name, document in documents.items() if name not in used)


def _row(
    number: int,
    school: SchoolView,
    target: str,
    verdict: Verdict,
    evidence: Evidence,
    document: Document | None,
    agents: str,
) -> tuple[Cell, ...]:
    counts = evidence.counts
    day = evidence.day.isoformat() if evidence.day else None
    subject = " ".join(filter(None, (evidence.device, evidence.subject)))
    by_agent = evidence.level in ("E3", "E4")
    return (
        f"E{number:05d}",
        school.school.id,
        school.school.name,
        None if verdict.subject == school.school.id else verdict.subject,
        target,
        verdict.metric,
        evidence.level,
        document.kind if document else TYPES.get(evidence.level, "other"),
        (document.issuer if document else "") or None,
        document.issued_on.isoformat() if document and document.issued_on else day,
        document.valid_until.isoformat() if document and document.valid_until else None,
        evidence.first,
        evidence.last,
        "; ".join(filter(None, (f"{subject} {evidence.what}".strip(), agents if by_agent else ""))),
        evidence.value or None,
        *((counts.a, counts.d, counts.m) if counts else (None, None, None)),
        evidence.document or None,
        *_file(document),
    )


def _paper(number: int, school: SchoolView, document: Document) -> tuple[Cell, ...]:
    return (
        f"E{number:05d}",
        school.school.id,
        school.school.name,
        *(None,) * 3,
        document.level,
        document.kind,
        document.issuer or None,
        document.issued_on.isoformat() if document.issued_on else None,
        document.valid_until.isoformat() if document.valid_until else None,
        *(None,) * 2,
        document.title or None,
        *(None,) * 4,
        document.id,
        *_file(document),
    )


def _file(document: Document | None) -> tuple[Cell, ...]:
    if document is None:
        return (None,) * 5
    return (
        document.file or None,
        document.sha256 or None,
        f"paper_{document.review}",
        document.reviewed_by or None,
        document.reviewed_on.isoformat() if document.reviewed_on else None,
    )
