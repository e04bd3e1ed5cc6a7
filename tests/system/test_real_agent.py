"""net-snmp's snmpd through the same line, from one poll to the report."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from counties import OneSchool, write_plan, write_register
from line import Box, Line, line, until, wanzhao
from snmpd import program, snmpd

pytestmark = [
    pytest.mark.slow,
    pytest.mark.snmpd,
    pytest.mark.skipif(program() is None, reason="no snmpd here; apt-get install snmpd"),
]

SCHOOL = OneSchool("2133999911", "real-snmpd", "lo")


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with snmpd(tmp_path_factory.mktemp("snmpd"), community="sch00l") as found:
        yield found


@pytest.fixture(scope="module")
def county(port: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    folder = tmp_path_factory.mktemp("county")
    register = write_register(folder / "register", [SCHOOL], 2)
    with line(folder, interval_s=2) as one:
        one.set_up(register, write_plan(folder, "10s"))
        one.start_collector()
        one.start_agent(SCHOOL.campus, [Box(SCHOOL.device, port, community="sch00l")])
        yield one


def test_one_poll_shows_this_host(port: int) -> None:
    done = wanzhao("agent", "poll", f"127.0.0.1:{port}", "--community", "sch00l", "--json")
    reading = json.loads(done.stdout)

    assert done.returncode == 0, done.stderr
    assert reading["system"]["sys_name"] == "wanzhao-test"
    names = {p["name"] for p in reading["interfaces"]}
    assert names >= {path.name for path in Path("/sys/class/net").iterdir() if path.is_dir()}
    assert {"address": "127.0.0.1", "prefix_length": 8}.items() <= next(
        a for a in reading["ipv4_addresses"] if a["address"] == "127.0.0.1"
    ).items()


def test_the_same_poll_for_people_names_the_host(port: int) -> None:
    done = wanzhao("agent", "poll", f"127.0.0.1:{port}", "--community", "sch00l", env={"WANZHAO_LANG": "zh"})

    assert done.returncode == 0
    assert "wanzhao-test" in done.stdout
    assert "lo" in done.stdout


def test_a_loopback_as_uplink_proves_nothing(county: Line) -> None:
    def reasons() -> set[str]:
        rows = county.report()["tables"]["to_prove"]
        return {row["reason"] for row in rows if row["target"] == "access"}

    until(lambda: reasons() & {"uplink_port_logical", "uplink_port_not_found"}, "the uplink is judged")

    assert county.school_states()[("access", SCHOOL.id)] == "unknown"


def test_the_community_is_nowhere_but_in_the_agents_own_configuration(county: Line) -> None:
    until(lambda: "wanzhao_agent_up" in county.metrics(), "something was shipped")

    for path in county.folder.rglob("*"):
        if path.is_file() and path.name != "agent.toml":
            assert b"sch00l" not in path.read_bytes(), path
