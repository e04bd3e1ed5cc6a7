"""封面与口径: what the report is about, by which plan, as of when, and how far its data reach."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from exporters.report.tables import Cell, Column, Table
from inventory.dossier import all_of
from inventory.report_basis import BARE, ReportBasis
from inventory.verdict import CountyView, Verdict
from inventory.words import N_

EVIDENCE_VALID = "evidence_valid_ratio"
# Quality of the data on the cover: metric -> column id and heading; the lower bound is printed.
QUALITY: dict[str, tuple[str, str]] = {
    "agent_coverage": ("agent_coverage", N_("Agent coverage %")),
    "inventory_completeness": ("register_complete", N_("Register complete %")),
    "evidence_valid_ratio": ("evidence_valid", N_("Evidence valid %")),
    "target_determinacy": ("determinacy", N_("Targets decided %")),
}

COLUMNS = (
    Column("county", N_("County")),
    Column("adcode", N_("County code")),
    Column("plan", N_("Plan")),
    Column("source_document", N_("Archived text")),
    Column("source_extent", N_("Extent of the text"), "code"),
    Column("source_sha256", N_("SHA-256 of the text")),
    Column("profile", N_("Target profile")),
    Column("profile_version", N_("Profile version")),
    Column("profile_status", N_("Profile status"), "code"),
    Column("profile_sha256", N_("SHA-256 of the profile")),
    Column("as_of", N_("Data as of"), "time"),
    Column("as_known", N_("As known at"), "time"),
    Column("window_start", N_("Polls from"), "time"),
    Column("window_end", N_("Polls until"), "time"),
    Column("schools", N_("Schools"), "integer"),
    Column("campuses", N_("Campuses"), "integer"),
    Column("campuses_heard", N_("Campuses whose agent has reported"), "integer"),
    *(Column(name, heading, "percent") for name, heading in QUALITY.values()),
    Column("exempt", N_("Exemptions"), "integer"),
    Column("targets", N_("Targets"), "integer"),
    Column("origin_plan", N_("Goals set by the plan"), "integer"),
    Column("origin_law", N_("Goals set by law"), "integer"),
    Column("origin_standard", N_("Goals set by a standard"), "integer"),
    Column("origin_county_decision", N_("Goals set by the county"), "integer"),
    Column("origin_product_default", N_("Goals set by this product"), "integer"),
    Column("last_report", N_("Report before as of"), "time"),
    Column("last_sha256", N_("SHA-256 of the report before")),
    Column("spot_seed", N_("Seed of the test on site")),
)

NOTES = (
    N_("Port speed, contracted bandwidth and measured throughput are three things; none proves another."),
    N_("Unknown is not met. The lower bound counts unknown as not met, the upper bound as met."),
    N_("Percentages are cut to one decimal, never rounded up."),
    N_("The report shows the state at the time above; it does not prove an earlier date."),
)


def cover(view: CountyView, basis: ReportBasis = BARE) -> Table:
    """One row with everything; an item that is not known stays empty."""
    facts = _facts(view, basis)
    row = tuple(facts.get(column.id) for column in COLUMNS)
    return Table(id="cover", title=N_("Basis of this report"), columns=COLUMNS, rows=(row,))


def _facts(view: CountyView, basis: ReportBasis) -> dict[str, Cell]:
    windows = [v.window for v in _all_verdicts(view) if v.window]
    lines = [line for school in view.schools for line in school.campuses]
    origins = Counter(text.origin for text in view.texts if text.origin)
    return {
        "county": view.county,
        "adcode": view.adcode,
        "plan": view.profile.title,
        "source_document": view.source_document,
        "source_extent": "excerpt" if view.source_excerpt else "whole",
        "source_sha256": view.source_sha256,
        "profile": view.profile.id,
        "profile_version": view.profile.version,
        "profile_status": view.profile.status,
        "profile_sha256": view.profile.sha256,
        "as_of": view.as_of,
        "as_known": view.as_known,
        "window_start": min((start for start, _ in windows), default=None),
        "window_end": max((end for _, end in windows), default=None),
        "schools": len(view.schools),
        "campuses": len(lines),
        "campuses_heard": sum(line.last_report is not None for line in lines),
        "exempt": sum(bool(v.exemption) for school in view.schools for v in school.verdicts),
        **{QUALITY[v.metric][0]: v.low_bp for v in view.quality if v.metric in QUALITY},
        "evidence_valid": _evidence_valid(view),
        "last_report": basis.last.as_of if basis.last else None,
        "last_sha256": basis.last.sha256 if basis.last else None,
        "spot_seed": basis.seed or None,
        "targets": len(view.targets),
        **{f"origin_{origin}": n for origin, n in origins.items()},
    }


def _evidence_valid(view: CountyView) -> int | None:
    """G5 over the county: rows whose document holds, of all that need one."""
    units = [
        verdict.units
        for school in view.schools
        for (metric, _subject), verdict in all_of(school).items()
        if metric == EVIDENCE_VALID and verdict.units
    ]
    total = sum(each.n for each in units)
    return sum(each.p for each in units) * 10_000 // total if total else None


def _all_verdicts(view: CountyView) -> Iterator[Verdict]:
    open_verdicts = [c for school in view.schools for v in school.verdicts for c in v.campuses]
    while open_verdicts:
        verdict = open_verdicts.pop()
        open_verdicts += verdict.legs
        yield verdict
