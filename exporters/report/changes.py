"""表七 数据质量 by school, and 表八 变更: what is different from the report before."""

from __future__ import annotations

from collections.abc import Iterator

from exporters.report.tables import Cell, Column, Table
from inventory.causes import campus_verdicts
from inventory.dossier import all_of
from inventory.report_basis import BARE, LastReport, ReportBasis
from inventory.rules_text import rule_text
from inventory.verdict import AgentLine, CountyView, SchoolView
from inventory.version import VERSION
from inventory.words import N_

REALITY = "inventory_reality_gap"
UNSUPPORTED = "not_supported_by_device"

QUALITY_COLUMNS = (
    Column("school", N_("School code")),
    Column("school_name", N_("School")),
    Column("campus", N_("Campus code")),
    Column("agent", N_("Agent")),
    Column("version", N_("Agent's version")),
    Column("last_report", N_("Agent's last report"), "time"),
    Column("missing_batches", N_("Batches missing"), "integer"),
    Column("lost_batches", N_("Batches lost"), "integer"),
    Column("clock_offset_s", N_("Clock offset s"), "figure"),
    Column("not_seen", N_("Registered, not seen")),
    Column("unregistered", N_("Seen, not registered")),
    Column("unsupported", N_("Not offered by the device"), "item"),
)
CHANGE_COLUMNS = (
    Column("what", N_("What"), "code"),
    Column("subject", N_("Of what")),
    Column("before", N_("Before"), "code"),
    Column("now", N_("Now"), "code"),
    Column("before_at", N_("Report before"), "time"),
)


def quality_schools_table(view: CountyView) -> Table:
    """表七, a row for each campus: is its agent heard, is what is written what is there?"""
    agents: dict[str, AgentLine] = {line.campus: line for line in view.agents}
    rows = tuple(row for school in view.schools for row in _quality_rows(school, agents))
    return Table(
        id="quality_schools",
        title=N_("Table 7: quality of the data, by school"),
        columns=QUALITY_COLUMNS,
        rows=rows,
    )


def changes_table(view: CountyView, basis: ReportBasis = BARE) -> Table:
    """表八, against the report before of the same plan; empty where there is none."""
    last = basis.last
    return Table(
        id="changes",
        title=N_("Table 8: changes since the last report"),
        columns=CHANGE_COLUMNS,
        rows=tuple(_changes(view, last)) if last else (),
    )


def _quality_rows(view: SchoolView, agents: dict[str, AgentLine]) -> Iterator[tuple[Cell, ...]]:
    known = all_of(view)
    for line in view.campuses:
        agent = agents.get(line.campus)
        reality = known.get((REALITY, line.campus))
        gaps: dict[str, list[str]] = {}
        for each in reality.evidence if reality else ():
            gaps.setdefault(each.value, []).append(each.subject or each.device)
        yield (
            view.school.id,
            view.school.name,
            line.campus,
            agent.agent if agent else None,
            (agent.version if agent else "") or None,
            line.last_report,
            agent.missing_batches if agent else None,
            agent.lost_batches if agent else None,
            agent.clock_offset_s if agent else None,
            ", ".join(gaps.get("not_seen", ())) or None,
            ", ".join(gaps.get("unregistered", ())) or None,
            ";".join(_unsupported(view, line.campus)) or None,
        )


def _unsupported(view: SchoolView, campus: str) -> list[str]:
    """Metrics of the plan that the models of this campus's devices cannot prove."""
    found: dict[str, None] = {}
    for target in view.verdicts:
        waiting = [v for name, _n, v in campus_verdicts(view, target) if v is not None and name == campus]
        for verdict in waiting:
            waiting += verdict.legs
            if verdict.reason == UNSUPPORTED and not verdict.legs:
                found[verdict.metric] = None
    return list(found)


def _changes(view: CountyView, last: LastReport) -> Iterator[tuple[Cell, ...]]:
    at = last.as_of

    def row(what: str, subject: str, before: str | None, now: str | None) -> tuple[Cell, ...]:
        return (what, subject, before, now, at)

    if last.profile_version != view.profile.version:
        yield row("change_profile", view.profile.id, last.profile_version, view.profile.version)
    elif last.profile_sha256 != view.profile.sha256:
        yield row("change_profile", view.profile.id, last.profile_sha256[:16], view.profile.sha256[:16])
    if last.product != VERSION:
        yield row("change_product", "wanzhao", last.product, VERSION)
    texts = {text.id: text for text in view.texts}
    for name in dict.fromkeys((*texts, *last.targets)):
        before = last.targets.get(name)
        rule = rule_text(texts[name]) if name in texts else None
        old = before.rule if before else None
        if rule != old:
            yield row("change_target", name, old, rule)
    for target in view.targets:
        before = last.targets.get(target.target)
        if before is not None and before.state != target.state.value:
            yield row("change_state", target.target, before.state, target.state.value)
    kinds = {s.school.id: f"{s.school.kind};{s.school.urban_rural}".rstrip(";") for s in view.schools}
    names = {s.school.id: s.school.name for s in view.schools}
    for school in sorted(kinds.keys() | last.schools.keys()):
        if kinds.get(school) != last.schools.get(school):
            subject = f"{school} {names.get(school, '')}".strip()
            yield row("change_school", subject, last.schools.get(school), kinds.get(school))
