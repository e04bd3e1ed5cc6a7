"""Recordings of real devices as the gateways of three schools: from SNMP to the report."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from counties import OneSchool, write_plan, write_register
from line import Box, Line, line, until
from recordings import expected, served
from shared import RECORDINGS, need

pytestmark = [pytest.mark.slow, pytest.mark.recordings, need(RECORDINGS)]

INTERVAL_S = 3


@dataclass(frozen=True, slots=True)
class Case:
    """A recording, and which of its ports is the uplink: the first that is as described."""

    recording: str
    school: str
    oper: str
    at_least_mbps: int
    below_mbps: int
    with_global_ipv6: bool = False
    if_type: int = 6

    def port(self) -> dict[str, Any]:
        truth = expected(self.recording)
        ipv6 = {a["ifIndex"] for a in truth["ipv6"] if a["scope"] == "global"}
        return next(
            p
            for p in truth["interfaces"]
            if p["ifType"] == self.if_type
            and p["oper"] == self.oper
            and self.at_least_mbps <= (p["speed_mbps"] or 0) < self.below_mbps
            and (p["ifIndex"] in ipv6) == self.with_global_ipv6
        )


CASES = (
    # An aggregate of two 10G ports with a global address.
    Case("huawei/ne-cr5b", "2133999901", "up", 10000, 10**9, with_global_ipv6=True, if_type=161),
    Case("ruijie/s5750-24gt12sfp", "2133999902", "up", 1000, 1001, with_global_ipv6=True),
    Case("huawei/ce12804", "2133999903", "down", 1000, 10**9),
)
TRUTH = {
    ("access", "2133999901"): ("pass", ""),
    ("access", "2133999902"): ("fail", "negotiated_1000"),
    ("access", "2133999903"): ("fail", "uplink_down"),
    ("ipv6", "2133999901"): ("pass", ""),
    ("ipv6", "2133999902"): ("pass", ""),
}


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    folder = tmp_path_factory.mktemp("recorded")
    schools = [OneSchool(c.school, c.recording.replace("/", "-"), c.port()["ifName"]) for c in CASES]
    register = write_register(folder / "register", schools, INTERVAL_S)
    with served(folder / "snmpsim") as port, line(folder, interval_s=INTERVAL_S) as one:
        one.set_up(register, write_plan(folder, "15s"))
        one.start_collector()
        for case, school in zip(CASES, schools, strict=True):
            one.start_agent(school.campus, [Box(school.device, port, community=case.recording)])
        yield one


def test_the_report_says_what_the_recordings_hold(county: Line) -> None:
    def decided() -> bool:
        states = county.school_states()
        return all(states.get(key, "unknown") != "unknown" for key in TRUTH)

    until(decided, "every school is decided")

    states = county.school_states()
    report = county.report()["tables"]
    speeds = {row["school"]: row["port_mbps"] for row in report["campuses"]}
    causes = {(row["target"], row["school"]): row for row in report["to_mend"]}
    for (target, school), (state, reason) in TRUTH.items():
        assert states[(target, school)] == state, (target, school)
        assert causes.get((target, school), {}).get("reason", "") == reason
    for case in CASES:
        port = case.port()
        if case.oper == "up":
            assert speeds[case.school] == port["speed_mbps"], case
        if ("access", case.school) in causes:
            assert port["ifName"] in causes[("access", case.school)]["source"], case
    assert states[("ipv6", "2133999903")] != "pass"


def test_a_device_that_has_no_ipv6_table_is_unknown_and_not_failed(county: Line) -> None:
    """The CloudEngine's recording has no ipAddressTable: nothing proves that it has no address."""

    def reasons() -> set[str]:
        rows = county.report()["tables"]["to_prove"]
        return {row["reason"] for row in rows if (row["target"], row["school"]) == ("ipv6", "2133999903")}

    assert expected("huawei/ce12804")["ipv6"] == []
    until(lambda: reasons() == {"not_supported_by_device"}, "the reason is the missing table")
    assert county.school_states()[("ipv6", "2133999903")] == "unknown"
