"""Look and judge: every school as of a time under every plan, and what is shown of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import Connection, Engine

from collector.store.read import read_snapshot
from collector.store.registers import read_register
from collector.store.verdicts import read_profile
from inventory.errors import ConfigError
from inventory.judge import judge_county, judge_school
from inventory.plan import Profile, builtin_profiles, load_profile, parse_profile
from inventory.register import Register
from inventory.snapshot import AgentSeen
from inventory.verdict import CountyView, SchoolView
from inventory.words import _


@dataclass(frozen=True, slots=True)
class Plan:
    """A profile and the text that it was read from."""

    profile: Profile
    text: str


@dataclass(frozen=True, slots=True)
class Judged:
    """An open store, the register as of the time asked for, and the plan. ``as_known`` None: now."""

    engine: Engine
    register: Register
    profile: Profile
    as_of: float
    as_known: float | None = None


def load_plans(names: Sequence[str], base: Path) -> list[Plan]:
    """The configured profiles: names of built-in ones, or files relative to ``base``."""
    builtin = builtin_profiles()
    plans = []
    for name in names:
        path = builtin.get(name, base / name)
        if not path.is_file():
            raise ConfigError(
                _("there is no profile %(name)s") % {"name": name},
                where="collector.profiles",
                do=_("give a file, or one of: %(names)s") % {"names": ", ".join(sorted(builtin))},
            )
        plans.append(Plan(load_profile(path), path.read_text(encoding="utf-8")))
    return plans


def read_school_views(
    engine: Engine,
    register: Register,
    profile: Profile,
    as_of: float,
    as_known: float | None = None,
    *,
    whole: bool = False,
) -> tuple[list[SchoolView], list[AgentSeen]]:
    """Each school judged as of ``as_of`` (seconds since 1970) by what was known at ``as_known`` (None: now),
    and the agents heard. ``whole`` adds the metrics that the plan does not ask for."""
    views: list[SchoolView] = []
    agents: list[AgentSeen] = []
    with engine.connect().execution_options(reads_only=True) as connection:
        for school in register.schools:
            snapshot = read_snapshot(connection, school, register, as_of, as_known)
            agents.extend(snapshot.agents)
            views.append(judge_school(snapshot, profile, whole=whole))
    return views, agents


def no_register() -> ConfigError:
    """What to say before the first import."""
    return ConfigError(
        _("the register is empty"),
        do=_("import it first: wanzhao inventory import FOLDER --apply --config FILE"),
    )


def look(
    engine: Engine, profile: Profile, as_of: float, as_known: float | None = None, *, whole: bool = False
) -> CountyView:
    """The county under one plan as of a time, by what was known at another (None: now): what the exporters
    ask for. ``whole`` adds what reports print of each school beside its targets.

    Raises ConfigError while there is no register.
    """
    with engine.connect().execution_options(reads_only=True) as connection:
        register = register_at(connection, as_of, as_known)
    views, agents = read_school_views(engine, register, profile, as_of, as_known, whole=whole)
    return replace(judge_county(register, profile, views, agents, as_of), as_known=as_known)


def register_at(connection: Connection, as_of: float, as_known: float | None = None) -> Register:
    """The register that stood at a time, as it was known at another; before the first import the one of now.
    ConfigError while there is none."""
    at = as_of if as_known is None else min(as_of, as_known)
    register = read_register(connection, at) or read_register(connection)
    if register is None:
        raise no_register()
    return register


def plan_in_force(engine: Engine, plan: Plan, as_known: float | None) -> Plan:
    """The plan as it judged at a time: a profile that has changed since is read from what was kept of it."""
    if as_known is None:
        return plan
    with engine.connect().execution_options(reads_only=True) as connection:
        kept = read_profile(connection, plan.profile.id, as_known)
    if kept is None or kept.sha256 == plan.profile.sha256:
        return plan
    profile = parse_profile(kept.text, where=f"{plan.profile.id} {kept.version}")
    return Plan(replace(profile, sha256=kept.sha256), kept.text)
