"""What a person may ask of one school: everything that is measured of it now."""

from __future__ import annotations

from collector.judging import Judged
from collector.store.read import read_snapshot
from inventory.baseline import Mark, marks_by_item, uplink_marks
from inventory.judge import judge_look
from inventory.metrics.look import Look
from inventory.register import School


def measured_of(judged: Judged, school: School) -> dict[str, Mark]:
    """Everything that could be accepted of a school, by item (inventory.baseline)."""
    with judged.engine.connect().execution_options(reads_only=True) as connection:
        look = Look(read_snapshot(connection, school, judged.register, judged.as_of, judged.as_known))
        view = judge_look(look, judged.profile)
        return dict(marks_by_item(view.verdicts, judged.profile.id, uplink_marks(look)))
