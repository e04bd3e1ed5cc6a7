"""From a simulated port to a person's chat: an uplink falls to 1G, the alarm goes all the way, and it clears.

Real Prometheus, Alertmanager and VictoriaMetrics, with the files of deploy/ but for their waits.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import metrics_stack as stack
import pytest
from devices import answering
from line import Box, Line, line, until, wanzhao

from inventory.load import load_register
from wanzhao.demo.county import ADCODE, simulated_devices
from wanzhao.demo.mib import parsed
from wanzhao.demo.processes import free_port
from wanzhao.demo.run import PLAN, REGISTER

pytestmark = [
    pytest.mark.slow,
    pytest.mark.prometheus,
    pytest.mark.skipif(
        not (shutil.which("prometheus") and stack.ALERTMANAGER and stack.VICTORIA),
        reason="needs apt-get install prometheus prometheus-alertmanager victoria-metrics",
    ),
]

SCHOOL = load_register(REGISTER).schools[0]
CAMPUS = SCHOOL.campuses[0]
UPLINK = CAMPUS.uplinks[0]
IF_HIGH_SPEED, IF_SPEED = parsed("1.3.6.1.2.1.31.1.1.1.15"), parsed("1.3.6.1.2.1.2.2.1.5")


@dataclass
class County:
    """What the test looks at, and the speed of the uplink's port, Mbit/s."""

    line: Line
    prometheus: str
    alertmanager: str
    victoria: str
    robot: stack.Robot
    speed: list[int]


def moving(devices: list[Any], speed: list[int]) -> list[Any]:
    """The devices, with the uplink's ports at a speed that can be changed."""
    found = []
    for device in devices:
        if device.id == UPLINK.device:
            ports = [
                oid
                for oid, (_tag, value) in device.view.items()
                if oid[:-1] == IF_HIGH_SPEED and value == 10_000
            ]
            assert ports, "the uplink runs at 10G in the demo"
            view = dict(device.view)
            for oid in ports:
                view[oid] = (view[oid][0], lambda _at: speed[0])
                low = (*IF_SPEED, oid[-1])
                view[low] = (view[low][0], lambda _at: min(speed[0] * 1_000_000, 2**32 - 1))
            device = replace(device, view=view)
        found.append(device)
    return found


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Iterator[County]:
    speed = [10_000]
    devices = moving([d for d in simulated_devices() if d.campus == CAMPUS.id], speed)
    roles = {device.id: device.role for device in CAMPUS.devices}
    folder: Path = tmp_path_factory.mktemp("alerting")
    with ExitStack() as on:
        ports = on.enter_context(answering(devices))
        one = on.enter_context(line(tmp_path_factory.mktemp("county")))
        one.set_up(REGISTER, PLAN)
        one.start_collector()
        one.start_agent(CAMPUS.id, [Box(d.id, ports[d.id], roles[d.id]) for d in devices])
        robot = stack.Robot()
        on.callback(robot.close)
        victoria = on.enter_context(stack.victoria_metrics(folder / "victoria"))
        port = free_port()
        alertmanager = on.enter_context(stack.alertmanager(folder / "alertmanager", robot.url, port))
        config = stack.hurried(
            "prometheus/prometheus.yml",
            {"127.0.0.1:8480": f"127.0.0.1:{one.port}", "127.0.0.1:9093": f"127.0.0.1:{port}"},
        )
        config += f'\nremote_write:\n  - url: "{victoria}/api/v1/write"\n'
        prometheus = on.enter_context(stack.prometheus(folder / "prometheus", config))
        yield County(one, prometheus, alertmanager, victoria, robot, speed)


def messages(county: County, status: str, alert: str) -> list[dict[str, Any]]:
    """What people were sent about an alert in a state."""
    return [
        body
        for _path, body in county.robot.posted
        for one in body["alerts"]
        if (one["status"], one["labels"]["alertname"]) == (status, alert)
    ]


def test_an_uplink_that_falls_to_1g_is_told_of_and_clears_when_it_is_mended(
    county: County,
) -> None:
    passed = f'wanzhao_school_target_state{{school="{SCHOOL.id}",target="demo-access-10g",state="pass"}}'
    until(lambda: stack.query(county.prometheus, passed), "the school passes")
    arguments = ("--by", "检查组", "--note", "验收", "--config", str(county.line.config))
    accepted = wanzhao("baseline", "accept", SCHOOL.id, *arguments)
    assert accepted.returncode == 0, accepted.stderr

    county.speed[0] = 1000

    (told, *_) = until(lambda: messages(county, "firing", "WanzhaoUplinkRegressed"), "somebody is told")
    alert = next(a for a in told["alerts"] if a["labels"]["alertname"] == "WanzhaoUplinkRegressed")
    assert told["groupLabels"] == {"county": ADCODE, "school": SCHOOL.id}
    assert alert["labels"]["kind"] == "slower"
    assert UPLINK.device in alert["labels"]["item"]
    assert "上联退步" in alert["annotations"]["summary"]
    assert (
        alert["annotations"]["runbook_url"] == "https://wanzhao.example.org/docs/runbooks/uplink-regressed.md"
    )
    assert "wanzhao_docs" not in alert["labels"]
    assert stack.query(county.prometheus, "wanzhao:regression:held")

    county.speed[0] = 10_000

    (mended, *_) = until(lambda: messages(county, "resolved", "WanzhaoUplinkRegressed"), "it clears")
    assert mended["groupLabels"] == told["groupLabels"]
    assert not stack.query(
        county.prometheus, 'ALERTS{alertname="WanzhaoUplinkRegressed",alertstate="firing"}'
    )


def test_all_rules_are_loaded_and_none_has_an_error(county: County) -> None:
    groups = httpx.get(f"{county.prometheus}/api/v1/rules").json()["data"]["groups"]
    rules = [rule for group in groups for rule in group["rules"]]

    assert len(rules) > 25
    assert [rule["lastError"] for rule in rules if rule.get("lastError")] == []


def test_victoria_metrics_has_what_prometheus_wrote_on(county: County) -> None:
    found = until(
        lambda: stack.query(county.victoria, "wanzhao_county_target_schools > 0"), "remote_write has arrived"
    )

    assert {one["metric"]["county"] for one in found} == {ADCODE}
