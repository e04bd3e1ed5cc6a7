"""Judging round by round: a school is judged again only where its answer may have changed.

An answer stands until its agent tells news, its row of the register changes, or the time comes from which
other polls could make another answer (inventory.due); what is judged by samples is judged again after
``at_most_s`` in any case. The county's answer is put together anew in every round.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import replace
from functools import partial

import msgspec
from msgspec.structs import replace as revised
from sqlalchemy import Connection, Engine

from collector.beside import Agents, Beside
from collector.judging import Plan, no_register
from collector.store.baselines import settle
from collector.store.items import Judgement, settle_items
from collector.store.read import read_all_agents, read_snapshot
from collector.store.registers import RegisterReader
from collector.store.verdicts import keep_many, keep_profile, schools_with_verdicts
from inventory.baseline import Mark, marks_by_item, uplink_marks
from inventory.causes import reasons
from inventory.due import midnight_after, next_due
from inventory.judge import judge_county, judge_look
from inventory.metrics.look import Look
from inventory.register import Register, School
from inventory.verdict import CampusLine, CountyView, SchoolVerdict, SchoolView, Verdict

AT_MOST_S = 3600.0
AT_ONCE = 500
"""Schools whose verdicts are stored in one transaction."""


class Answer(msgspec.Struct, frozen=True, gc=False):
    """What was judged of a school, under each plan, and what it rests on."""

    school: School
    views: tuple[SchoolView, ...]
    news: tuple[tuple[str, int], ...]
    due: float
    lasting: Mapping[object, Verdict]
    """verdicts by papers and samples, which agents' news do not move; until ``lasts_until``"""
    lasts_until: float
    uplinks: tuple[Mark, ...] = ()


class Rounds:
    """The last answer of every school, and what makes it stale."""

    def __init__(self, engine: Engine, plans: Sequence[Plan], at_most_s: float = AT_MOST_S) -> None:
        self.engine = engine
        self.plans = tuple(plans)
        self.judged = 0
        """schools that were judged in the last round"""
        self._at_most_s = int(at_most_s)
        self._register = RegisterReader()
        self._county: Register | None = None
        self._answers: dict[str, Answer] = {}
        self._unkept: set[str] = set()
        self._has_kept = False
        self._settled: dict[tuple[int, str], Set[object]] = {}
        """the causes of each school under each plan, as its work items were last moved to them"""
        self._beside = Beside()

    def forget(self) -> None:
        """Judge every school anew in the next round, whatever is known of it."""
        self._answers = {}

    def round(self, now: float, *, keep: bool = True) -> list[CountyView]:
        """The county under each plan as of now; with ``keep`` what changed is stored, without it another
        process does so. ConfigError while there is no register."""
        with self.engine.connect().execution_options(reads_only=True) as connection:
            register = self._register.read(connection, now)
            if register is None:
                raise no_register()
            agents = read_all_agents(connection)
            county = replace(register, schools=())
            if county != self._county:  # calendar, documents, links: they may touch every school
                self._unkept |= self._answers.keys()
                self._county, self._answers = county, {}
            stale = [school for school in register.schools if self._is_stale(school, agents, now)]
            for school in stale:  # one after the other: an answer that is replaced makes room for the next
                self._answers[school.id] = self._judge(connection, register, school, agents, now)
                self._unkept.add(school.id)
        self.judged = len(stale)
        self._unkept |= self._answers.keys() - {school.id for school in register.schools}
        self._answers = {school.id: self._answers[school.id] for school in register.schools}
        if keep:
            self._keep(now)
        else:  # another process moves them now
            self._settled.clear()
        everyone = [seen for school in register.schools for seen, _news in agents.get(school.id, ())]
        views = [
            judge_county(register, plan.profile, list(self._views(n, agents)), everyone, now)
            for n, plan in enumerate(self.plans)
        ]
        with self.engine.connect().execution_options(reads_only=True) as connection:
            return self._beside.put(connection, views, register, agents, now)

    def _is_stale(self, school: School, agents: Mapping[str, Agents], now: float) -> bool:
        answer = self._answers.get(school.id)
        return (
            answer is None
            or answer.due <= now
            or answer.school is not school
            or answer.news != _news(agents.get(school.id, ()))
        )

    def _judge(
        self,
        connection: Connection,
        register: Register,
        school: School,
        agents: Mapping[str, Agents],
        now: float,
    ) -> Answer:
        last = self._answers.get(school.id)
        lasts = last is not None and last.school is school and now < last.lasts_until
        before = last.lasting if last and lasts else {}
        look = Look(read_snapshot(connection, school, register, now, lazily=True), before)
        views = tuple(judge_look(look, plan.profile) for plan in self.plans)
        uplinks = uplink_marks(look)
        due = next_due(look, self._at_most_s)
        lasts_until = last.lasts_until if last and lasts else min(now + self._at_most_s, midnight_after(look))
        news = _news(agents.get(school.id, ()))
        return Answer(school, views, news, min(due, lasts_until), look.lasting, lasts_until, uplinks)

    def _keep(self, now: float) -> None:
        """Store what changed since another process, or this one, last stored it. The first time that includes
        the end of what stands of schools that have left the register meanwhile."""
        with self.engine.begin() as connection:
            if not self._has_kept:
                self._unkept |= schools_with_verdicts(connection)
                self._has_kept = True
            for plan in self.plans:
                ref = plan.profile.ref
                keep_profile(connection, ref.id, ref.version, ref.sha256, plan.text, now)
        waiting = sorted(self._unkept)
        for first in range(0, len(waiting), AT_ONCE):
            some = waiting[first : first + AT_ONCE]
            moved: dict[tuple[int, str], Set[object]] = {}
            with self.engine.begin() as connection:
                for n, plan in enumerate(self.plans):
                    verdicts = {school: self._verdicts(school, n) for school in some}
                    ref = plan.profile.ref
                    keep_many(connection, ref.id, ref.sha256, verdicts, as_of=now, known_at=now)
                    here = [school for school in some if school in self._answers]
                    settle(connection, here, partial(self._marks, n), ref.id, now)
                    moved |= self._settle_items(connection, n, here, now)
            self._settled.update(moved)
            self._unkept -= set(some)

    def _verdicts(self, school: str, plan: int) -> tuple[SchoolVerdict, ...]:
        """None of a school that has left the register."""
        answer = self._answers.get(school)
        return answer.views[plan].verdicts if answer else ()

    def _settle_items(
        self, connection: Connection, plan: int, schools: Sequence[str], now: float
    ) -> dict[tuple[int, str], Set[object]]:
        """Move the work items of schools whose causes are others than when this process last did, and give
        the causes of those."""
        profile = self.plans[plan].profile.id
        found = {school: reasons(self._answers[school].views[plan]) for school in schools}
        moved = [each for each, causes in found.items() if self._settled.get((plan, each)) != causes.keys()]
        settle_items(connection, [Judgement(profile, each, found[each]) for each in moved], now)
        return {(plan, each): frozenset(found[each]) for each in moved}

    def _marks(self, plan: int, school: str) -> Mapping[str, Mark]:
        """What was measured of a school: what may have fallen below what was accepted."""
        answer = self._answers[school]
        return marks_by_item(answer.views[plan].verdicts, self.plans[plan].profile.id, answer.uplinks)

    def _views(self, plan: int, agents: Mapping[str, Agents]) -> Iterator[SchoolView]:
        """The views of all schools; when their agents were last heard is of now."""
        for school, answer in self._answers.items():
            view = answer.views[plan]
            heard = agents.get(school)
            yield revised(view, campuses=tuple(_heard(view.campuses, heard))) if heard else view


def _news(agents: Agents) -> tuple[tuple[str, int], ...]:
    return tuple((seen.agent, changes) for seen, changes in agents)


def _heard(lines: Sequence[CampusLine], agents: Agents) -> Iterator[CampusLine]:
    for line in lines:
        reports = [seen.last_report for seen, _news in agents if seen.campus == line.campus]
        last = max((report for report in reports if report is not None), default=None)
        yield line if last == line.last_report else revised(line, last_report=last)
