"""SIGTERM ends both daemons by themselves, with code 0 and a last word."""

from __future__ import annotations

from pathlib import Path

from counties import OneSchool, write_plan, write_register
from line import Box, free_port, line, until

SCHOOL = OneSchool("2133999921", "gw", "GE0/0/1")


def test_a_kind_signal_ends_agent_and_collector_cleanly(tmp_path: Path) -> None:
    register = write_register(tmp_path / "register", [SCHOOL], 2)
    with line(tmp_path) as one:
        one.set_up(register, write_plan(tmp_path, "10s"))
        one.start_collector()
        one.start_agent(SCHOOL.campus, [Box(SCHOOL.device, free_port())])
        until(lambda: "devices answered" in one.log(SCHOOL.campus), "the agent has made a round")
        codes = {}
        for name in (SCHOOL.campus, "collector"):
            process = one.running.pop(name)
            process.terminate()
            codes[name] = process.wait(30)

    assert codes == {SCHOOL.campus: 0, "collector": 0}
    assert "agent stopped" in one.log(SCHOOL.campus)
    assert "collector stopped" in one.log("collector")
    for name in (SCHOOL.campus, "collector"):
        assert "Traceback" not in one.log(name)
