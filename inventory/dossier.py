"""Everything that can be said of a school: beside what its plan asks for, every other metric of the catalogue
with the product's defaults. Printed on the school's own page and in the county's matrix; no target rests on
it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from inventory.metrics.access_flow import A3, tested_throughput
from inventory.metrics.catalogue import catalogue
from inventory.metrics.compute import CAMPUS, SCHOOL, compute, of_school
from inventory.metrics.facilities import E11
from inventory.metrics.look import Look
from inventory.metrics.params import DEFAULTS
from inventory.register import Campus
from inventory.verdict import SchoolVerdict, SchoolView, Verdict

LEFT_OUT = frozenset({E11})
"""It says nothing without a plan: what to count."""

Asked = Mapping[tuple[str, str], Verdict]
"""(metric, campus id or school id) -> the first verdict of it"""


def dossier(look: Look, verdicts: Iterable[SchoolVerdict]) -> tuple[Verdict, ...]:
    """One verdict per campus (or per school) of each metric that is in none of these verdicts, in the order
    of the catalogue."""
    asked = asked_for(verdicts)
    return tuple(_missing(look, asked))


def asked_for(verdicts: Iterable[SchoolVerdict]) -> Asked:
    """The verdicts of a school, their legs and what is printed beside them, by metric and subject. Parts that
    are no metric of their own are left out."""
    found: dict[tuple[str, str], Verdict] = {}
    waiting = [verdict for each in verdicts for verdict in each.campuses]
    for verdict in waiting:  # it goes on over what it appends
        if not verdict.leg:
            found.setdefault((verdict.metric, verdict.subject), verdict)
        waiting += (*verdict.legs, *verdict.also)
    return found


def all_of(view: SchoolView) -> Asked:
    """What is known of each metric: as the plan asks for it, else by the product's defaults."""
    own = {(verdict.metric, verdict.subject): verdict for verdict in view.dossier}
    return {**own, **asked_for(view.verdicts)}


def _missing(look: Look, asked: Asked) -> Iterator[Verdict]:
    school = look.snapshot.school
    for metric in catalogue():
        if metric in LEFT_OUT:
            continue
        if metric in SCHOOL:
            if (metric, school.id) not in asked:
                yield of_school(metric, look, DEFAULTS)
        elif metric in CAMPUS:
            for campus in school.campuses:
                if (metric, campus.id) not in asked:
                    yield _of_campus(metric, look, campus)


def _of_campus(metric: str, look: Look, campus: Campus) -> Verdict:
    if metric == A3:  # what decides nothing need not read three months of samples
        return tested_throughput(look, campus, DEFAULTS)
    return compute(metric, look, campus, DEFAULTS)
