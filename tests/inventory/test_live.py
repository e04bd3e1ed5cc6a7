"""How a campus is now: devices by their newest polls, light by the newest facts."""

from __future__ import annotations

from dataclasses import replace

import pytest
from snapshots import AS_OF, CAMPUS, INTERVAL_S, Scene

from inventory.live import devices_now
from inventory.metrics.ipv6 import ipv6_now
from inventory.metrics.look import Look
from inventory.metrics.optics import margin_now
from inventory.reading import Outcome
from inventory.register import Device

NOW = int(AS_OF) // INTERVAL_S * INTERVAL_S


def seen(*outcomes: Outcome) -> dict[int, Outcome]:
    """The newest polls, the last one now."""
    return {NOW - INTERVAL_S * back: outcome for back, outcome in enumerate(reversed(outcomes))}


@pytest.mark.parametrize(
    ("outcomes", "state"),
    [
        (("ok",), "answering"),
        (("ok", "gap"), "answering"),
        (("down", "ok"), "answering"),
        (("ok", "down"), "silent"),
        (("down", "gap", "gap"), "silent"),
        (("ok", "gap", "gap", "gap"), "unread"),
        (("down", "gap", "gap", "gap"), "unread"),
        ((), "unread"),
    ],
)
def test_the_newest_of_three_polls_says_how_a_device_is(outcomes: tuple[Outcome, ...], state: str) -> None:
    scene = Scene()
    scene.polls["gw"] = seen(*outcomes)

    found = devices_now(Look(scene.snapshot()), CAMPUS)

    assert ("gateway", state, 1) in found


def test_devices_are_counted_by_role_without_access_points_and_what_is_out_of_service() -> None:
    devices = (
        Device(id="a", role="access"),
        Device(id="b", role="access"),
        Device(id="old", role="access", status="retired"),
        Device(id="ap", role="ap"),
    )
    campus = replace(CAMPUS, devices=devices)
    scene = Scene(campus=campus)
    scene.polls = {name: seen("ok") for name in ("a", "b", "old", "ap")}

    assert devices_now(Look(scene.snapshot()), campus) == (("access", "answering", 2),)


def test_a_silent_device_is_looked_at_again_at_the_next_poll() -> None:
    scene = Scene()
    scene.polls["gw"] = seen("down")
    look = Look(scene.snapshot())

    devices_now(look, CAMPUS)

    assert NOW + INTERVAL_S in look.stale_at


def lit(rx_dbm: float | None, **others: object) -> Scene:
    scene = Scene()
    scene.polls["gw"] = seen("ok")
    said = {"rx_dbm": rx_dbm, "rx_low_warn_dbm": -14.0, "rx_high_warn_dbm": 0.5} | others
    for key, value in said.items():
        if value is not None:
            scene.fact("gw", "port:XGE0/0/1", f"optic_{key}", value)
    scene.fact("gw", "port:XGE0/0/1", "oper", "up")
    return scene


@pytest.mark.parametrize(
    ("scene", "margin"),
    [
        (lit(-9.5), 4.5),
        (lit(-0.5), 1.0),
        (lit(-15.25), -1.25),
        (lit(None), None),
        (lit(-9.5, light="none"), None),
        (lit(-9.5, rx_low_warn_dbm=None, rx_high_warn_dbm=None), None),
        (lit(-9.5, rx_low_warn_dbm=None, rx_high_warn_dbm=None, type="10GBASE-LR"), 4.9),
    ],
)
def test_the_margin_is_to_the_nearer_limit_of_the_module(scene: Scene, margin: float | None) -> None:
    assert margin_now(Look(scene.snapshot()), CAMPUS) == margin


def test_light_of_a_device_that_is_silent_is_not_of_now() -> None:
    scene = lit(-9.5)
    scene.polls["gw"] = seen("ok", "gap", "gap", "gap")

    assert margin_now(Look(scene.snapshot()), CAMPUS) is None


def routed(address: str | None, route: str | None, polls: tuple[Outcome, ...] = ("ok",)) -> Scene:
    scene = Scene()
    scene.polls["gw"] = seen(*polls)
    scene.fact("gw", "port:XGE0/0/1", "oper", "up")
    scene.fact("gw", "", "tables", {"ipAddressTable": "ok", "inetCidrRouteTable": "ok"})
    if address:
        scene.fact("gw", "port:XGE0/0/1", "ipv6", [address])
    scene.fact("gw", "", "ipv6_default_route", [route] if route else [])
    return scene


@pytest.mark.parametrize(
    ("scene", "found"),
    [
        (routed("2001:250:1::1/64", "fe80::1"), {"address": True, "default_route": True}),
        (routed("fe80::1/64", "fe80::1"), {"address": False, "default_route": True}),
        (routed("2001:250:1::1/64", None), {"address": True, "default_route": False}),
        (routed(None, None), {"address": False, "default_route": False}),
        (
            routed("2001:250:1::1/64", "fe80::1", ("ok", "down", "down")),
            {"address": True, "default_route": True},
        ),
        (routed("2001:250:1::1/64", "fe80::1", ("ok", "down", "down", "down")), {}),
    ],
)
def test_ipv6_is_there_or_not_by_the_newest_answer(scene: Scene, found: dict[str, bool]) -> None:
    assert ipv6_now(Look(scene.snapshot()), CAMPUS) == found


def test_where_the_gateway_tells_nothing_of_ipv6_nobody_says_no() -> None:
    scene = Scene()
    scene.polls["gw"] = seen("ok")
    scene.fact("gw", "port:XGE0/0/1", "oper", "up")
    scene.fact("gw", "", "tables", {"ipAddressTable": "partial", "inetCidrRouteTable": "partial"})

    assert ipv6_now(Look(scene.snapshot()), CAMPUS) == {}
