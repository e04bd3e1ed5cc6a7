"""What a report is made of: the county judged whole, and what the store knows beside it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from math import ceil
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine

from collector.beside import Beside
from collector.judging import look, register_at
from collector.store.items import read_items
from collector.store.read import read_all_agents
from collector.store.reports import keep_report, report_before
from collector.store.verdicts import count_states, first_verdict
from inventory.items import DAY_S, WorkItem
from inventory.profile import Profile
from inventory.report_basis import HistoryPoint, LastReport, LastTarget, ReportBasis
from inventory.rules_text import rule_text
from inventory.verdict import CountyView, TargetState, local_day
from inventory.version import VERSION

POINTS = 13
"""So many times of the history at most."""


def reported(
    engine: Engine, profile: Profile, as_of: float, as_known: float | None, seed: str = ""
) -> tuple[CountyView, ReportBasis]:
    """The county as of a time by what was known at another (seconds since 1970; None: now), with every
    metric, and the basis of its report. Without a ``seed`` the schools for the test on site are drawn by what
    is asked: nobody knows before which they will be, and who asks the same draws the same.

    Raises ConfigError while there is no register.
    """
    view = look(engine, profile, as_of, as_known, whole=True)
    with engine.connect().execution_options(reads_only=True) as connection:
        register = register_at(connection, as_of, as_known)
        known = as_of if as_known is None else as_known
        (view,) = Beside().put(connection, [view], register, read_all_agents(connection), known)
        items = {school: tuple(_until(found, known)) for school, found in read_items(connection).items()}
        last = report_before(connection, profile.id, as_of, known)
        history = _history(connection, profile.id, as_of, known)
    return view, ReportBasis(
        items=items,
        at_due=dict(_at_due(engine, profile, view, as_known)),
        last=last,
        history=history,
        seed=seed or hashlib.sha256(f"{profile.sha256} {as_of} {as_known}".encode()).hexdigest()[:16],
    )


def keep(
    engine: Engine, view: CountyView, data: bytes, files: dict[str, str], *, sha256: str, by: str, now: float
) -> LastReport:
    """Keep a report that is handed out: ``data`` are the bytes of report.json, ``files`` the SHA-256 of each
    file by name."""
    texts = {text.id: text for text in view.texts}
    report = LastReport(
        sha256=sha256,
        made_at=now,
        made_by=by,
        profile_id=view.profile.id,
        profile_version=view.profile.version,
        profile_sha256=view.profile.sha256,
        as_of=view.as_of,
        as_known=view.as_known or now,
        product=VERSION,
        files=files,
        targets={
            target.target: LastTarget(
                met=target.counts.p,
                unknown=target.counts.u,
                state=target.state.value,
                rule=rule_text(texts[target.target]) if target.target in texts else "",
            )
            for target in view.targets
        },
        schools={
            school.school.id: f"{school.school.kind};{school.school.urban_rural}".rstrip(";")
            for school in view.schools
        },
    )
    with engine.begin() as connection:
        keep_report(connection, report, data)
    return report


def _history(
    connection: Connection, profile_id: str, as_of: float, known: float
) -> dict[str, tuple[HistoryPoint, ...]]:
    """How the targets stood at up to ``POINTS`` times, whole days apart, the last of them ``as_of``."""
    first = first_verdict(connection, profile_id)
    if first is None or first > as_of:
        return {}
    step = DAY_S * max(1, ceil((as_of - first) / DAY_S / (POINTS - 1)))
    times = [as_of - step * n for n in range(int((as_of - first) // step), -1, -1)]
    counts = count_states(connection, profile_id, times, known)
    return {
        target: tuple(HistoryPoint(at, *each) for at, each in zip(times, own, strict=True))
        for target, own in counts.items()
    }


def _until(items: list[WorkItem], at: float) -> Iterator[WorkItem]:
    for item in items:
        if (then := item.until(at)) is not None:
            yield then


def _at_due(
    engine: Engine, profile: Profile, view: CountyView, as_known: float | None
) -> Iterator[tuple[str, TargetState]]:
    """The state of each target whose day is past, by the evidence of that day."""
    today, zone = local_day(view), ZoneInfo(view.timezone)
    past = sorted({target.due for target in view.targets if target.due and target.due < today})
    for due in past:
        end = datetime.combine(due + timedelta(days=1), time(), zone).timestamp()
        states = {t.target: t.state for t in look(engine, profile, end, as_known).targets}
        for target in view.targets:
            if target.due == due:
                yield target.target, states[target.target]
