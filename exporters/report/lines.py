"""The report's tables, from one county view. Every format prints these and nothing else."""

from __future__ import annotations

from exporters.report.campuses import campus_table
from exporters.report.changes import changes_table, quality_schools_table
from exporters.report.county import county_table, groups_table, quality_table
from exporters.report.cover import cover
from exporters.report.evidence import evidence_table
from exporters.report.history import history_table
from exporters.report.schools import schools_table
from exporters.report.spot_check import spot_check_table
from exporters.report.tables import Report
from exporters.report.three import three_table
from exporters.report.worklists import mend_table, prove_table
from inventory.report_basis import BARE, ReportBasis
from inventory.verdict import CountyView


def report_lines(view: CountyView, basis: ReportBasis = BARE) -> Report:
    """The report of a view; the same view and basis give an equal report."""
    return Report(
        county=view.county,
        adcode=view.adcode,
        as_of=view.as_of,
        timezone=view.timezone,
        profile_id=view.profile.id,
        profile_version=view.profile.version,
        profile_sha256=view.profile.sha256,
        tables=(
            cover(view, basis),
            county_table(view, basis),
            three_table(view),
            groups_table(view),
            campus_table(view),
            schools_table(view, basis),
            mend_table(view, basis),
            prove_table(view, basis),
            evidence_table(view),
            spot_check_table(view, basis),
            quality_table(view),
            quality_schools_table(view),
            changes_table(view, basis),
            history_table(view, basis),
        ),
    )
