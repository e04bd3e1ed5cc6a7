"""The other controller of a pair: what its maker's numbers say, and who is asked for them."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest
import recordings
from shared import RECORDINGS, need
from snmprec_device import FakeDevice, table

from agent.facts import facts_of
from agent.parts.standby import standby_state
from agent.poll import STATUS_JOBS, poll_device
from agent.snmp.engine import Engine, Oid, Value, oid
from agent.snmp.target import Target
from agent.vendors.load import vendor_files
from agent.vendors.wireless import Standby
from inventory.reading import Reading

(CISCO,) = [file for file in vendor_files() if file.vendor == "Cisco"]
(RF,) = CISCO.standby
UNIT, PEER = oid(RF.unit), oid(RF.peer)
APS = table(oid("1.3.6.1.4.1.14179.2.2.1.1"), {3: {(2, 0, 0, 0, 0, 1): b"AP1"}, 6: {(2, 0, 0, 0, 0, 1): 1}})


def poll(engine: Engine) -> Reading:
    now = datetime(2026, 9, 1, tzinfo=UTC)
    target = Target("192.0.2.1", community="c")
    return asyncio.run(poll_device(target, now=now, engine=engine, jobs=STATUS_JOBS))


def device(*objects: dict[Oid, Value]) -> FakeDevice:
    held: dict[Oid, Value] = {oid("1.3.6.1.2.1.1.2.0"): oid("1.3.6.1.4.1.9.1.1069")}
    for more in objects:
        held |= more
    return FakeDevice(held)


@pytest.mark.parametrize(
    ("unit", "peer", "state"),
    [
        (14, 9, "ready"),
        (9, 14, "ready"),  # the standby itself is asked
        (14, 8, "not_ready"),
        (14, 5, "not_ready"),
        (14, 17, "not_ready"),
        (14, 3, "not_ready"),
        (14, 14, "not_ready"),  # both at work: each has lost the other
        (9, 9, "not_ready"),
        (14, 1, "absent"),
        (14, 2, "absent"),
        (14, 0, None),  # a 5508 that stands alone
        (14, 99, None),
        (14, None, None),
        (None, 9, None),
    ],
)
def test_only_one_at_work_beside_one_that_is_hot_is_ready(
    unit: int | None, peer: int | None, state: str | None
) -> None:
    assert standby_state(RF, unit, peer) == state


def test_every_number_of_a_maker_has_one_meaning() -> None:
    found: list[Standby] = [one for file in vendor_files() for one in file.standby]
    for one in found:
        numbers = [*one.active, *one.ready, *one.not_ready, *one.alone]
        assert len(numbers) == len(set(numbers))
        assert one.active
        assert one.ready


@pytest.mark.parametrize(("peer", "told"), [(9, "ready"), (7, "not_ready"), (2, "absent"), (0, None)])
def test_a_controller_tells_of_its_standby_at_every_poll(peer: int, told: str | None) -> None:
    reading = poll(device(APS, {UNIT: 14, PEER: peer}))

    assert reading.wireless is not None
    assert facts_of(reading, "wlan_controller").get(("", "standby")) == told


def test_a_switch_is_not_asked_and_does_not_become_a_controller() -> None:
    switch = device({UNIT: 14, PEER: 9})
    reading = poll(switch)

    assert reading.wireless is None
    assert not any(UNIT in question.oids for question in switch.asked)


@pytest.mark.recordings
@need(RECORDINGS)
def test_a_recorded_controller_that_stands_alone_says_nothing_of_a_standby() -> None:
    reading = poll(recordings.replayed("cisco/air-ct5508"))  # type: ignore[arg-type]

    assert reading.wireless is not None
    assert reading.wireless.standby is None
