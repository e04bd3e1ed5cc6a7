"""C7 and C8: resolvers and reachability, as the agent itself tried them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from snapshots import CAMPUS, WEEK, Scene

from inventory.metrics.compute import compute
from inventory.metrics.look import Look
from inventory.metrics.params import DEFAULTS
from inventory.register import UserVlan
from inventory.snapshot import Span
from inventory.verdict import State, Verdict

AGENT = f"agent@{CAMPUS.id}"
WITH_LAN = replace(CAMPUS, user_vlans=(UserVlan(name="教学", kind="teaching", device="gw", port="Vlanif10"),))


def judge(metric: str, scene: Scene) -> Verdict:
    return compute(metric, Look(scene.snapshot()), scene.campus, DEFAULTS)


def tcp(name: str, family: str = "ipv6") -> str:
    return f"probe:tcp:{name}:{family}"


def reaching(*reached: bool, own: int = 1, scene: Scene | None = None) -> Scene:
    """An agent that reached these targets in the whole week."""
    scene = (scene or Scene(CAMPUS)).polled(AGENT, (600, "ok"))
    for number, ok in enumerate(reached):
        scene.fact(AGENT, tcp(f"t{number}"), "ok", ok)
        scene.fact(AGENT, tcp(f"t{number}"), "own_global", own)
    return scene


@pytest.mark.parametrize(
    ("reached", "state", "reason"),
    [
        ((True, True, True), State.PASS, ""),
        ((True, True, False), State.PASS, ""),
        ((True, False, False), State.FAIL, "ipv6_unreachable"),
        ((False, False, False), State.FAIL, "ipv6_unreachable"),
        ((True, True), State.UNKNOWN, "probe_targets_few"),
        ((), State.UNKNOWN, "no_probe"),
    ],
)
def test_two_of_three_targets_make_ipv6_work(reached: tuple[bool, ...], state: State, reason: str) -> None:
    verdict = judge("ipv6_active_reachability", reaching(*reached))

    assert (verdict.state, verdict.reason) == (state, reason)


def test_the_evidence_is_every_test_and_its_level_is_e4() -> None:
    verdict = judge("ipv6_active_reachability", reaching(True, True, False))

    assert verdict.level == "E4"
    assert [(e.device, e.subject) for e in verdict.evidence] == [(AGENT, tcp(f"t{n}")) for n in range(3)]
    assert (verdict.evidence[0].value, verdict.evidence[0].last) == ("reached", WEEK[-1])


def test_what_was_reached_over_ipv4_proves_nothing_of_ipv6() -> None:
    scene = Scene(CAMPUS).polled(AGENT, (600, "ok"))
    for number in range(3):
        scene.fact(AGENT, tcp(f"t{number}", "ipv4"), "ok", True)

    assert judge("ipv6_active_reachability", scene).reason == "no_probe"


def test_only_the_slots_in_which_the_agent_was_at_work_count() -> None:
    scene = reaching(True, True, True).polled(AGENT, (60, "ok"))

    verdict = judge("ipv6_active_reachability", scene)

    assert (verdict.state, verdict.reason) == (State.UNKNOWN, "low_coverage")
    assert verdict.polls is not None
    assert (verdict.polls.a, verdict.polls.d, verdict.polls.m) == (60, 0, 540)


def test_ipv6_that_broke_in_the_week_fails_by_the_share_of_polls() -> None:
    scene = reaching(True, True, True)
    for number in range(2):
        scene.changed(AGENT, tcp(f"t{number}"), "ok", (540, True), (60, False))

    verdict = judge("ipv6_active_reachability", scene)

    assert (verdict.state, verdict.reason) == (State.FAIL, "ipv6_unreachable")
    assert verdict.polls is not None
    assert (verdict.polls.a, verdict.polls.d) == (540, 60)


def test_an_agent_without_an_address_proves_nothing_where_nobody_knows_the_prefix() -> None:
    verdict = judge("ipv6_active_reachability", reaching(False, False, False, own=0))

    assert (verdict.state, verdict.reason) == (State.UNKNOWN, "probe_no_address")


def test_an_agent_without_an_address_in_networks_that_have_a_prefix_fails() -> None:
    scene = Scene(WITH_LAN).polled("gw", (600, "ok"))
    scene.fact("gw", "port:Vlanif10", "ipv6", ["2001:da8:2::1/64"])
    scene.fact("gw", "port:Vlanif10", "ipv6_ra", True)

    verdict = judge("ipv6_active_reachability", reaching(False, False, False, own=0, scene=scene))

    assert (verdict.state, verdict.reason) == (State.FAIL, "no_address_on_lan")


def test_a_target_that_was_taken_out_of_the_configuration_no_longer_counts() -> None:
    scene = reaching(True, True, True, False)
    scene.facts[AGENT, tcp("t3"), "ok"] = (Span(WEEK[0], WEEK[5], False),)
    scene.facts[AGENT, tcp("t3"), "own_global"] = (Span(WEEK[0], WEEK[5], 1),)

    verdict = judge("ipv6_active_reachability", scene)

    assert [e.subject for e in verdict.evidence] == [tcp(f"t{n}") for n in range(3)]


@pytest.mark.parametrize(
    ("shares", "state", "reason"),
    [
        ((1.0, 0.8), State.PASS, ""),
        ((1.0, 0.6), State.FAIL, "aaaa_missing"),
        ((0.0,), State.FAIL, "aaaa_missing"),
        ((), State.UNKNOWN, "no_probe"),
    ],
)
def test_every_resolver_must_give_aaaa_for_four_names_of_five(
    shares: tuple[float, ...], state: State, reason: str
) -> None:
    scene = Scene(CAMPUS).polled(AGENT, (600, "ok"))
    for number, share in enumerate(shares):
        scene.fact(AGENT, f"probe:dns:r{number}:ipv4", "aaaa_share", share)

    verdict = judge("ipv6_dns_aaaa", scene)

    assert (verdict.state, verdict.reason) == (state, reason)


def test_a_resolver_that_was_not_asked_yet_leaves_the_answer_open() -> None:
    scene = Scene(CAMPUS).polled(AGENT, (600, "ok"))
    scene.fact(AGENT, "probe:dns:r0:ipv4", "aaaa_share", 1.0)
    scene.fact(AGENT, "probe:dns:r1:ipv4", "reason", "dns_timeout")

    assert judge("ipv6_dns_aaaa", scene).state is State.UNKNOWN


def resolving(*families: str, share: float = 1.0) -> Scene:
    """Resolvers that answered all the week; "none" of a family that clients get no resolver of."""
    scene = Scene(CAMPUS).polled(AGENT, (600, "ok"))
    for family in families:
        scene.fact(AGENT, f"probe:dns:r:{family}", "aaaa_share", share)
    for family in {"ipv4", "ipv6"} - set(families):
        scene.fact(AGENT, f"probe:dns:none:{family}", "reason", "no_resolver")
    return scene


@pytest.mark.parametrize(
    ("families", "told"),
    [(("ipv4",), "no_resolver"), (("ipv6",), "reached"), (("ipv4", "ipv6"), "reached")],
)
def test_a_family_without_a_resolver_does_not_open_the_answer(families: tuple[str, ...], told: str) -> None:
    verdict = judge("ipv6_dns_aaaa", resolving(*families))
    assert verdict.state is State.PASS
    assert (verdict.evidence[-1].what, verdict.evidence[-1].value) == ("DNS over IPv6", told)


def test_without_any_resolver_nobody_tests() -> None:
    assert judge("ipv6_dns_aaaa", resolving()).reason == "no_probe"
