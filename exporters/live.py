"""Samples of how schools are now, and of who watches them: figures that no verdict decides.

A figure of now leaves the page when its agent has been silent for three polls; the time of its last report
stays (wanzhao_agent_last_report_timestamp_seconds).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from exporters.exposition import Sample
from exporters.samples import Page, base, end_of_day
from inventory.live import NOW_POLLS
from inventory.verdict import AgentLine, CampusLine

LEAST_FRESH_S = 900.0
"""Never less than three polls of 300 s: a slow line must not make a school blink."""


def is_live(page: Page, line: CampusLine) -> bool:
    """Whether what is known of a campus is of now."""
    fresh_s = max(LEAST_FRESH_S, NOW_POLLS * line.poll_interval_s)
    return line.last_report is not None and line.last_report >= page.view.as_of - fresh_s


Figure = Callable[[CampusLine], float | None]


def live_figure(of: Figure) -> Callable[[Page], Iterator[Sample]]:
    """Samples of a figure of now; a campus that does not have it has no series."""

    def samples(page: Page) -> Iterator[Sample]:
        for school, line in page.lines:
            if is_live(page, line) and (value := of(line)) is not None:
                yield (school, line.campus), float(value)

    return samples


def devices(page: Page) -> Iterator[Sample]:
    for school, line in page.lines:
        if is_live(page, line):
            for role, state, count in line.devices:
                yield (school, line.campus, role, state), float(count)


def ipv6(page: Page) -> Iterator[Sample]:
    for school, line in page.lines:
        if is_live(page, line):
            for step, is_there in line.ipv6:
                yield (school, line.campus, step), float(is_there)


def links(page: Page) -> Iterator[Sample]:
    for school, line in page.lines:
        if line.port_speed_mbps is not None and is_live(page, line):
            yield (school, line.campus, "port"), base(line.port_speed_mbps, "Mbit/s")
        if line.contract_mbps is not None:
            yield (school, line.campus, "contract"), base(line.contract_mbps, "Mbit/s")


def expiries(page: Page) -> Iterator[Sample]:
    for view in page.view.schools:
        for kind, day in view.expiries:
            yield (view.school.id, kind), end_of_day(day, page.view.timezone)


def agent_info(page: Page) -> Iterator[Sample]:
    for agent in page.view.agents:
        yield (agent.school, agent.campus, agent.agent, agent.version), 1.0


def of_agents(of: Callable[[AgentLine], float | None]) -> Callable[[Page], Iterator[Sample]]:
    """Samples of one figure of the agents; one that does not have it has no series."""

    def samples(page: Page) -> Iterator[Sample]:
        for agent in page.view.agents:
            if (value := of(agent)) is not None:
                yield (agent.school, agent.campus, agent.agent), float(value)

    return samples


def first_used(page: Page) -> Iterator[Sample]:
    view = page.view
    if view.profile_first_used is not None:
        yield (view.profile.id, view.profile.version), view.profile_first_used


def baselines(page: Page) -> Iterator[Sample]:
    yield (page.view.profile.id,), float(page.view.baselines)


def accepted_at(page: Page) -> Iterator[Sample]:
    if page.view.accepted_at is not None:
        yield (page.view.profile.id,), page.view.accepted_at
