"""What a county's page shows beside its verdicts: alarms, agents, what was accepted, how old the plan is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import Connection

from collector.store.baselines import read_alarms, read_baselines
from collector.store.fleet import Fleet, Way, read_fleet
from collector.store.verdicts import first_use
from inventory.register import Register
from inventory.snapshot import AgentSeen
from inventory.verdict import AgentLine, CountyView, Regression, is_of_plan

FLEET_EVERY_S = 300.0
"""How often the ways of the agents' batches are read anew."""

Agents = Sequence[tuple[AgentSeen, int]]
"""The agents of a school, each with the count of its news."""


@dataclass(slots=True)
class Beside:
    """Puts it beside the views of one round after another."""

    _fleet: Fleet = field(default_factory=dict)
    _fleet_at: float = float("-inf")

    def put(
        self,
        connection: Connection,
        views: Sequence[CountyView],
        register: Register,
        agents: Mapping[str, Agents],
        now: float,
    ) -> list[CountyView]:
        """The views with it; ``agents`` by school id, ``now`` is seconds since 1970."""
        if now - self._fleet_at >= FLEET_EVERY_S or now < self._fleet_at:
            self._fleet, self._fleet_at = read_fleet(connection, now), now
        schools = [school.id for school in register.schools]
        lines = tuple(self._lines(schools, agents))
        fallen = list(_fallen(connection, set(schools)))
        accepted = [
            (one.mark.item, one.accepted_at)
            for baselines in read_baselines(connection, schools).values()
            for one in baselines
        ]
        found = []
        for view in views:
            plan = view.profile.id
            times = [at for item, at in accepted if is_of_plan(item, plan)]
            found.append(
                replace(
                    view,
                    regressions=tuple(each for each in fallen if is_of_plan(each.item, plan)),
                    agents=lines,
                    profile_first_used=first_use(connection, plan, view.profile.version),
                    baselines=len(times),
                    accepted_at=max(times, default=None),
                )
            )
        return found

    def _lines(self, schools: Sequence[str], agents: Mapping[str, Agents]) -> Iterator[AgentLine]:
        for school in schools:
            for seen, _news in agents.get(school, ()):
                way = self._fleet.get((school, seen.agent), Way())
                yield AgentLine(
                    school=school,
                    campus=seen.campus,
                    agent=seen.agent,
                    version=seen.version,
                    last_report=seen.last_report,
                    newest_slot=seen.newest_slot,
                    clock_offset_s=way.clock_offset_s,
                    missing_batches=way.missing,
                    lost_batches=way.lost,
                )


def _fallen(connection: Connection, schools: set[str]) -> Iterator[Regression]:
    """What is below what was accepted, of the schools in the register."""
    for alarm in read_alarms(connection):
        if alarm.school_id in schools:
            yield Regression(
                school=alarm.school_id, item=alarm.item, kind=alarm.fall.kind, since=alarm.opened_at
            )
