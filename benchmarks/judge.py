"""What judging costs: 100, 1,000 and 10,000 schools under one plan, from the store to the county's answer.

A round is what the collector does every minute (collector.rounds): read what is needed of each school that
may have changed, judge it, compare with what is stored and store what changed, and put the county together.

- first: nothing is known yet; the register is decoded and every verdict is stored.
- full: every school is judged anew, and nothing is remembered of its earlier answer.
- news: every agent has told news; what papers and samples say is remembered.
- dirty: one school in twenty has news; in a fifth of those the uplink has fallen to 1G.
- quiet: a minute later nothing has come, and no answer is due.

The figures are CPU seconds of this process (SQLite works inside it). What a school holds: judge_store.py.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from figures import Figure, report
from judge_store import END, INTERVAL_S, PORT, county, fill
from sqlalchemy import Engine

from collector.judging import Plan
from collector.rounds import Rounds
from collector.store.engine import open_store
from collector.store.schema import agent_seen, fact
from inventory.garbage import collect_garbage_less_often
from inventory.plan import builtin_profiles, load_profile

SIZES = (100, 1_000, 10_000)
ONE_IN = 20
PROFILE = "changxing-145"


def rounds_of(schools: int) -> dict[str, float]:
    """CPU seconds of each kind of round, for a county of so many schools."""
    path = builtin_profiles()[PROFILE]
    plan = Plan(load_profile(path), path.read_text(encoding="utf-8"))
    register = county(schools)
    names = [school.id for school in register.schools]
    with tempfile.TemporaryDirectory() as name:
        engine = open_store(f"sqlite:///{Path(name) / 'judge.db'}")
        fill(engine, register)
        del register
        collect_garbage_less_often(50_000)
        rounds, now = Rounds(engine, [plan]), float(END + INTERVAL_S)
        spent = {"first": timed(rounds, now, schools)}
        rounds.forget()
        spent["full"] = timed(rounds, now + 60, schools)
        news(engine, names)
        spent["news"] = timed(rounds, now + 60, schools)
        some = names[::ONE_IN]
        news(engine, some)
        fall(engine, some[::5])
        spent["dirty"] = timed(rounds, now + 120, len(some))
        spent["quiet"] = timed(rounds, now + 180, 0)
        engine.dispose()
    return spent


def timed(rounds: Rounds, now: float, judged: int) -> float:
    """CPU seconds of one round; it has to judge exactly so many schools."""
    started = time.process_time()
    rounds.round(now)
    spent = time.process_time() - started
    if rounds.judged != judged:
        raise SystemExit(f"{rounds.judged} schools were judged and not {judged}: these figures mean nothing")
    return spent


def news(engine: Engine, schools: Sequence[str]) -> None:
    """As if the agents of these schools had told more than "as before"."""
    with engine.begin() as connection:
        for first in range(0, len(schools), 500):
            some = schools[first : first + 500]
            connection.execute(
                agent_seen.update()
                .where(agent_seen.c.school_id.in_(some))
                .values(changes=agent_seen.c.changes + 1)
            )


def fall(engine: Engine, schools: Sequence[str]) -> None:
    """The uplinks of these schools have run at 1G since long ago."""
    with engine.begin() as connection:
        connection.execute(
            fact.update()
            .where(
                fact.c.school_id.in_(schools), fact.c.key == "speed_mbps", fact.c.subject == f"port:{PORT}"
            )
            .values(value="1000")
        )


def main() -> None:
    figures: dict[str, Figure] = {"profile": PROFILE}
    for schools in [size for size in SIZES if size <= int((sys.argv[1:] or ["10000"])[0])]:
        spent = rounds_of(schools)
        print(
            f"{schools} schools: " + ", ".join(f"{kind} {s:.2f} s" for kind, s in spent.items()), flush=True
        )
        figures[f"full_{schools}_schools_cpu_s"] = round(spent["full"], 3)
        figures[f"first_{schools}_schools_cpu_s"] = round(spent["first"], 3)
        figures[f"news_{schools}_schools_cpu_s"] = round(spent["news"], 3)
        figures["dirty_5_percent_cpu_s"] = round(spent["dirty"], 3)
        figures["quiet_round_cpu_s"] = round(spent["quiet"], 3)
        figures["ms_per_school"] = round(spent["full"] * 1000 / schools, 3)
    figures["rss_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    report("judge", figures)


if __name__ == "__main__":
    main()
