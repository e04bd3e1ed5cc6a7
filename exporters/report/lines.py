"""The report's tables, from one county view. Every format prints these and nothing else."""

from __future__ import annotations

from exporters.report.campuses import campus_table
from exporters.report.county import county_table, groups_table, quality_table
from exporters.report.cover import cover
from exporters.report.tables import Report
from exporters.report.worklists import mend_table, prove_table
from inventory.verdict import CountyView


def report_lines(view: CountyView) -> Report:
    """The report of a view; the same view gives an equal report."""
    return Report(
        county=view.county,
        adcode=view.adcode,
        as_of=view.as_of,
        timezone=view.timezone,
        profile_id=view.profile.id,
        profile_version=view.profile.version,
        profile_sha256=view.profile.sha256,
        tables=(
            cover(view),
            county_table(view),
            campus_table(view),
            groups_table(view),
            mend_table(view),
            prove_table(view),
            quality_table(view),
        ),
    )
