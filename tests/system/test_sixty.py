"""Sixty simulated schools through the real store: every verdict equals what an independent reference says.

The reference (tests/support/sixty_truth.py) goes through the truth hour by hour with fractions; it shares
nothing with the product but the words for states.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import msgspec
import pytest
import sixty_truth as truth
from sixty_store import batches_of, register_of
from sixty_world import NOW, CampusTruth, SchoolTruth, county

from collector.judging import look
from collector.store.engine import open_store
from collector.store.registers import store_register
from collector.store.write import Arrival, Sender, store_batch
from inventory.plan import builtin_profiles, load_profile
from inventory.profile import Profile, Target
from inventory.verdict import CountyView, State

COUNTY = county()
PROFILES = {name: load_profile(path) for name, path in builtin_profiles().items()}
OfCampus = Callable[[SchoolTruth, CampusTruth], str]


def access(target: Target) -> OfCampus:
    """万兆到校 on the basis that the plan names."""
    legs = {"port": truth.port, "contract": truth.contract}
    basis = target.params.get("basis", ("port", "contract"))
    assert isinstance(basis, tuple)
    assert target.params.get("min_port_mbps", 10_000) == 10_000
    return lambda school, campus: truth.all_of(legs[leg](school, campus) for leg in basis)


BY_METRIC: dict[str, Callable[[Target], OfCampus]] = {
    "access_10g_composite": access,
    "ipv6_deployed_composite": lambda _target: truth.ipv6,
    "wifi_coverage_composite": lambda _target: truth.wifi,
}


def cases() -> list[tuple[Profile, Target]]:
    return [
        (profile, target)
        for profile in PROFILES.values()
        for target in profile.targets
        if target.metric in BY_METRIC
    ]


@pytest.fixture(scope="module")
def views(tmp_path_factory: pytest.TempPathFactory) -> dict[str, CountyView]:
    """The county judged from the store, under every plan."""
    engine = open_store(f"sqlite:///{Path(tmp_path_factory.mktemp('sixty')) / 'wanzhao.db'}")
    with engine.begin() as connection:
        store_register(connection, register_of(COUNTY), author="test", at=1.0)
    for school in COUNTY:
        with engine.begin() as connection:
            for campus in school.campuses:
                sender = Sender(school.id, campus.id, campus.id)
                for batch in batches_of(campus):
                    sha = hashlib.sha256(msgspec.json.encode(batch)).hexdigest()
                    store_batch(connection, Arrival(sender, batch, sha, batch.made_at + 1))
    found = {name: look(engine, profile, NOW.timestamp()) for name, profile in PROFILES.items()}
    engine.dispose()
    return found


def in_scope(profile: Profile, target: Target) -> list[SchoolTruth]:
    """By the plan's own words, school by school."""
    scope = profile.scopes[target.scope]
    return [
        school
        for school in COUNTY
        if (not scope.stages_any or set(scope.stages_any) & set(school.stages))
        and (not scope.kinds_any or school.kind in scope.kinds_any)
        and school.kind not in scope.kinds_not
        and (not scope.urban_rural_any or school.place in scope.urban_rural_any)
        and (not scope.ownership_any or school.ownership in scope.ownership_any)
    ]


def expected(profile: Profile, target: Target) -> dict[str, str]:
    judge = BY_METRIC[target.metric](target)
    return {
        school.id: "na" if truth.is_exempt(school, target.id) else truth.school_state(school, judge)
        for school in in_scope(profile, target)
    }


@pytest.mark.parametrize(("profile", "target"), cases(), ids=lambda one: one.id)
def test_every_school_is_judged_as_the_truth_says(
    views: dict[str, CountyView], profile: Profile, target: Target
) -> None:
    judged = {
        verdict.school: verdict.state.value
        for view in views[profile.id].schools
        for verdict in view.verdicts
        if verdict.target == target.id
    }

    assert judged == expected(profile, target)


@pytest.mark.parametrize(("profile", "target"), cases(), ids=lambda one: one.id)
def test_the_county_is_judged_as_the_truth_says(
    views: dict[str, CountyView], profile: Profile, target: Target
) -> None:
    states = list(expected(profile, target).values())
    (judged,) = [each for each in views[profile.id].targets if each.target == target.id]

    counts = judged.counts
    assert (counts.p, counts.f, counts.u, counts.na) == tuple(
        states.count(state) for state in ("pass", "fail", "unknown", "na")
    )
    if target.aggregate == "school_rate" and target.value is not None:
        assert judged.state.value == truth.county_share(states, Fraction(str(target.value)) / 100)


def test_the_county_holds_every_kind_of_answer() -> None:
    """Else the comparison would prove little."""
    for profile, target in cases():
        states = set(expected(profile, target).values())
        assert {"pass", "fail", "unknown"} <= states, (target.id, states)
    assert State.NA in expected(PROFILES["changxing-145"], PROFILES["changxing-145"].targets[0]).values()
