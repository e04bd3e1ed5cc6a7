"""A real Prometheus finds the county by service discovery and scrapes it."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator

import httpx
import pytest
from devices import answering
from line import Box, Line, free_port, line, until

from inventory.load import load_register
from wanzhao.demo.county import ADCODE, simulated_devices
from wanzhao.demo.run import PLAN, REGISTER

pytestmark = [
    pytest.mark.slow,
    pytest.mark.prometheus,
    pytest.mark.skipif(
        not shutil.which("prometheus"), reason="no Prometheus here; apt-get install prometheus"
    ),
]


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    campus = load_register(REGISTER).schools[0].campuses[0]
    devices = [device for device in simulated_devices() if device.campus == campus.id]
    roles = {device.id: device.role for device in campus.devices}
    with answering(devices) as ports, line(tmp_path_factory.mktemp("county")) as one:
        one.set_up(REGISTER, PLAN)
        one.start_collector()
        one.start_agent(campus.id, [Box(d.id, ports[d.id], roles[d.id]) for d in devices])
        yield one


@pytest.fixture(scope="module")
def prometheus(county: Line, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("prometheus")
    config = folder / "prometheus.yml"
    (page,) = county.pages.values()
    config.write_text(
        f"""
global: {{scrape_interval: 1s, scrape_timeout: 1s}}
scrape_configs:
  - job_name: wanzhao
    http_sd_configs: [{{url: "{county.url}/sd", refresh_interval: 1s}}]
  - job_name: wanzhao-collector
    static_configs: [{{targets: ["127.0.0.1:{county.port}"]}}]
  - job_name: wanzhao-agent
    http_sd_configs: [{{url: "http://{page}/sd", refresh_interval: 1s}}]
  - job_name: wanzhao-agent-process
    static_configs: [{{targets: ["{page}"]}}]
""",
        encoding="utf-8",
    )
    port = free_port()
    server = subprocess.Popen(
        [
            "prometheus",
            f"--config.file={config}",
            f"--storage.tsdb.path={folder}/data",
            f"--web.listen-address=127.0.0.1:{port}",
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    yield f"http://127.0.0.1:{port}"
    server.terminate()
    server.wait(20)


def query(prometheus: str, expression: str) -> list[dict[str, object]]:
    answer = httpx.get(f"{prometheus}/api/v1/query", params={"query": expression})
    return list(answer.json()["data"]["result"]) if answer.status_code == 200 else []


def test_the_county_is_discovered_and_its_states_are_series(county: Line, prometheus: str) -> None:
    found = until(
        lambda: query(prometheus, 'wanzhao_school_target_state{target="demo-access-10g", state="pass"}'),
        "the school that passes is a series",
    )

    assert found[0]["metric"]["county"] == ADCODE  # type: ignore[index]
    assert query(prometheus, 'up{job="wanzhao"} == 1')
    assert query(prometheus, 'up{job="wanzhao-collector"} == 1')


def test_counting_schools_by_state_works_in_promql(county: Line, prometheus: str) -> None:
    until(lambda: query(prometheus, "wanzhao_county_target_schools"), "county series are there")

    result = query(prometheus, 'sum by (target) (wanzhao_school_target_state{target="demo-access-10g"})')

    schools = len(load_register(REGISTER).schools)
    assert json.dumps(result).count(f'"{schools}"') == 1


def test_an_agents_devices_are_discovered_and_dashboards_for_if_mib_find_their_series(
    county: Line, prometheus: str
) -> None:
    campus = load_register(REGISTER).schools[0].campuses[0]
    uplink = campus.uplinks[0]

    rate = f'rate(ifHCInOctets{{instance="{uplink.device}"}}[30s]) * 8 > 0'
    found = until(lambda: query(prometheus, rate), "octets are counted under the device's own name")

    labels = found[0]["metric"]
    assert isinstance(labels, dict)
    assert labels.keys() >= {"ifIndex", "ifName", "ifAlias", "ifDescr"}
    assert (labels["campus"], labels["role"]) == (campus.id, "gateway")
    devices = query(prometheus, 'count(wanzhao_device_up{job="wanzhao-agent"} == 1)')
    assert devices[0]["value"][1] == str(len(campus.devices) - sum(d.role == "ap" for d in campus.devices))  # type: ignore[index]
    assert query(prometheus, "wanzhao_agent_spool_limit_bytes == 2^30")
    assert query(prometheus, 'up{job="wanzhao-agent-process"} == 1')
