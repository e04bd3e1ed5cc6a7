"""A county for dashboards: a server of the collector's, the agents' and the devices' pages, and a Prometheus
that scrapes it every second. Everything on loopback; values move, so that graphs have something to draw."""

from __future__ import annotations

import contextlib
import json
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
from agents_now import AGENT, GATEWAY
from line import free_port, until
from msgspec.structs import replace as revised
from views import AS_OF, many

from collector.telemetry import Telemetry
from exporters.agent_page import agent_page, device_page, targets
from exporters.prometheus import county_page
from inventory.agent_now import AgentNow, DeviceNow
from inventory.hardware import Optic
from inventory.reading import Interface, PortCounters, Reading, Rung
from inventory.verdict import AgentLine, CampusLine, CountyView, Regression, SchoolView
from inventory.wifi import AccessPoint, Radio, Ssid

COUNTY = "330522"
PROFILES = ("changxing-145", "national-2025")
SCHOOLS = 48
AGENTS = 3
RULES = Path(__file__).resolve().parents[2] / "deploy" / "prometheus" / "rules"
NAMES = ("实验小学", "城北中学", "水口中心小学", "九年一贯制学校", "中心幼儿园", "新建小学")
ALERTS = """
groups:
  - name: fixture
    interval: 1s
    rules:
      - {alert: FixtureCritical, expr: "vector(1)", labels: {severity: critical, school: "2100000002"}}
      - {alert: FixtureWarning, expr: "vector(1)", labels: {severity: warning, county: "330522"}}
"""


def view(profile: str, now: float) -> CountyView:
    """The six schools of tests/support/views.py again and again, moved to now."""
    base = many(SCHOOLS)
    schools = tuple(_school(one, number, now) for number, one in enumerate(base.schools))
    step = int(now) % 40 * 50
    ipv6_text = replace(
        base.texts[0], id="demo-ipv6", metric="ipv6_deployed_composite", quote=("IPv6 部署到校",)
    )
    ipv6 = replace(base.targets[0], target="demo-ipv6")
    return replace(
        base,
        as_of=now,
        profile=replace(base.profile, id=profile),
        texts=(*base.texts, ipv6_text),
        targets=tuple(
            one if one.low_bp is None else replace(one, low_bp=2000 + step, high_bp=9000 - step // 2)
            for one in (*base.targets, ipv6)
        ),
        schools=schools,
        agents=tuple(
            AgentLine(
                school=one.school.id,
                campus=line.campus,
                agent=line.campus,
                version="0.2.0" if number % 5 == 0 else "0.1.0",
                last_report=line.last_report,
                newest_slot=int(line.last_report) // 300 * 300,
                clock_offset_s=90.0 if number == 3 else 0.2 * (number % 4),
                missing_batches=number % 4,
                lost_batches=2 if number == 7 else 0,
            )
            for number, one in enumerate(schools)
            for line in one.campuses
            if line.last_report is not None
        ),
        regressions=(
            _regression(schools[1], f"{profile}/demo-access-10g", "failed", now - 3 * 86400),
            _regression(
                schools[7], f"uplink:{schools[7].campuses[0].campus}:gw:XGE0/0/1", "slower", now - 7200
            ),
        ),
        profile_first_used=now - 30,
        baselines=2,
        accepted_at=now - 20,
    )


def _regression(one: SchoolView, item: str, kind: str, since: float) -> Regression:
    return Regression(school=one.school.id, item=item, kind=kind, since=since)


def _school(one: SchoolView, number: int, now: float) -> SchoolView:
    ends = datetime.fromtimestamp(now, UTC).date()
    return revised(
        one,
        school=replace(one.school, name=f"{NAMES[number % 6]}{number // 6 + 1:02d}"),
        campuses=tuple(_line(line, number, now) for line in one.campuses),
        expiries=(
            ("contract", ends + timedelta(days=number * 9 - 8)),
            ("evidence", ends + timedelta(days=400)),
        ),
    )


def _line(line: CampusLine, number: int, now: float) -> CampusLine:
    if line.last_report is None:
        return line
    return revised(
        line,
        last_report=line.last_report - AS_OF + now,
        devices=(
            ("gateway", "answering", 1),
            ("access", "answering", 6),
            ("access", "silent", number % 3),
            ("ap", "unread", 1),
        ),
        aps_online=10 if line.aps_online == 12 and number % 6 == 0 else line.aps_online,
        ipv6=(("address", number % 6 != 1), ("default_route", number % 6 == 0)),
        optics_margin_db=round(7.5 - number % 8 + 0.2 * (int(now) % 5), 2),
    )


def agent(campus: str, number: int, now: float) -> AgentNow:
    """An agent of three devices: a gateway, a switch, and a switch that is silent."""
    devices = {
        name: DeviceNow(
            id=name,
            role=role,
            reading=_reading(number, row, now) if row < 2 else None,
            answered_at=now - 20 if row < 2 else None,
            seconds=0.3 + 0.2 * row,
            polls={"ok": int(now) % 10_000, "down": int(now) % 1000 if row == 2 else 0, "gap": 0},
        )
        for row, (name, role) in enumerate(
            ((f"gw-{number}", "gateway"), (f"sw-{number}", "access"), (f"old-{number}", "access"))
        )
    }
    return replace(
        AGENT,
        campus=campus,
        devices=devices,
        round_at=now - 5,
        round_seconds=1.5 + number,
        spool=replace(AGENT.spool, body_bytes=2**20 * (50 + 200 * number), oldest_made_at=now - 900),
        uplink=replace(
            AGENT.uplink, shipped=int(now) % 10_000, bytes=int(now) % 10_000 * 9000, failures=int(now) % 9973
        ),
        probes={**AGENT.probes, ("probe:tcp:gov:443:ipv6", "ok"): number != 1},
    )


def _reading(number: int, row: int, now: float) -> Reading:
    moved = int(now) % 100_000
    ports = range(1, 9 if row else 3)
    interfaces = [
        Interface(
            if_index=index,
            name=f"{'GE' if row else 'XGE'}0/0/{index}",
            alias="上联" if index == 1 else "",
            descr=f"port {index}",
            admin_status="up",
            oper_status="down" if index == 6 else "lowerLayerDown" if index == 7 else "up",
            if_speed=4_294_967_295,
            if_high_speed=1000 if row else 10_000,
        )
        for index in ports
    ]
    counters = [
        PortCounters(
            if_index=index,
            in_octets=moved * 9_000_000 * (number + 1) // index,
            out_octets=moved * 6_000_000 * (number + 1) // index,
            in_unicast=moved * 9000,
            out_unicast=moved * 7000,
            in_multicast=moved * 40,
            out_multicast=moved * 30,
            in_broadcast=moved * 12,
            out_broadcast=moved * 9,
            in_errors=moved * (index == 2),
            out_errors=0,
            in_discards=moved * 2 * (index == 1),
            out_discards=moved * 3 * (index == 3),
        )
        for index in ports
    ]
    wireless = GATEWAY.wireless
    assert wireless is not None
    aps = [
        AccessPoint(
            name=f"AP-{number}{index:02d}",
            mac=f"aa:bb:cc:00:{number:02x}:{index:02x}",
            state="offline" if index in (3, 9) else "online",
            clients=index * 4 + int(now) % 5,
            generation=5 + index % 3,
            wired_mbps=1000.0,
            radios=[Radio(index=1, band="5", utilisation_percent=20.0 + index * 5)],
        )
        for index in range(12)
    ]
    return revised(
        GATEWAY,
        interfaces=interfaces,
        counters=counters,
        neighbor_counts=revised(GATEWAY.neighbor_counts, ipv4=120 + int(now) % 9, ipv6=80 + int(now) % 7),
        version_counters=[
            revised(
                GATEWAY.version_counters[0],
                if_index=1,
                version=version,
                in_octets=moved * rate,
                out_octets=moved,
            )
            for version, rate in ((4, 70_000), (6, 30_000))
        ],
        ipv6_ladder=[
            Rung(name=name, reached=rung <= 3 + number)
            for rung, name in enumerate(("configured", "routed", "neighbours", "clients", "bytes", "share"))
        ],
        optics=[
            Optic(
                if_index=index,
                rx_dbm=-9.5 - 3 * number - 0.1 * (int(now) % 4),
                tx_dbm=-2.0 - index,
                rx_low_alarm_dbm=-18.0,
                rx_low_warn_dbm=-16.0,
                rx_high_warn_dbm=0.5,
                temperature_c=41.5,
                bias_ma=32.0,
                type="10GBASE-LR",
                vendor="Acme",
                part="X1",
                serial=f"S{number}{index}",
            )
            for index in (1, 2)
        ],
        wireless=None
        if row
        else revised(
            wireless,
            clients=400 + int(now) % 20,
            clients_2g=90,
            clients_5g=310 + int(now) % 20,
            ssids=[Ssid(name="校园", clients=300), Ssid(name="访客", clients=100 + int(now) % 20)],
            aps=aps,
        ),
    )


ONE_SCHOOL = "2100000001"
"""A school that has something of everything, and a regression."""


class _Pages:
    """What the server answers, by path and query."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.telemetry = Telemetry()
        self.failures: list[str] = []
        self.campuses = [line.campus for one in many(SCHOOLS).schools for line in one.campuses][:AGENTS]

    def __call__(self, path: str, query: dict[str, str]) -> tuple[str, bytes]:
        now = time.time()
        if path == "/sd":
            return "application/json", json.dumps([self._target(profile) for profile in PROFILES]).encode()
        if path == "/probe":
            return "text/plain", county_page(view(query["profile"], now), rendered_at=now)
        if path == "/metrics":
            return "text/plain", self._collector(now)
        if path == "/agents":
            labels = [
                {"__metrics_path__": f"/agent/{number}/metrics", "county": COUNTY, "campus": campus}
                for number, campus in enumerate(self.campuses)
            ]
            return "application/json", json.dumps(
                [{"targets": [self.address], "labels": one} for one in labels]
            ).encode()
        if path == "/devices":
            found = [
                one | {"labels": one["labels"] | {"__metrics_path__": f"/agent/{number}/probe"}}
                for number, campus in enumerate(self.campuses)
                for one in targets(agent(campus, number, now), self.address)
            ]
            return "application/json", json.dumps(found).encode()
        _empty, _agent, number, page = path.split("/")
        one = agent(self.campuses[int(number)], int(number), now)
        body = agent_page(one, now) if page == "metrics" else device_page(one, query["target"], now)
        return "text/plain", body or b""

    def _target(self, profile: str) -> dict[str, object]:
        labels = {
            "__metrics_path__": "/probe",
            "__param_target": COUNTY,
            "__param_profile": profile,
            "county": COUNTY,
            "profile": profile,
        }
        return {"targets": [self.address], "labels": labels}

    def _collector(self, now: float) -> bytes:
        made = self.telemetry
        made.batches.labels("stored").inc(37)
        made.batches.labels("duplicate").inc(1)
        made.answers.labels("202").inc(38)
        made.answers.labels("429").inc(1)
        made.turned_away.labels("rate").inc(1)
        made.rejected_rows.labels("facts").inc(2)
        made.store_seconds.observe(0.02 + now % 3 / 100)
        made.group_size.observe(1 + now % 9)
        made.queue_depth.set(now % 7)
        made.judge_seconds.set(0.4 + now % 1)
        made.judged_schools.inc(5)
        made.judged_at.set(now - 2)
        return made.page()


@contextlib.contextmanager
def served() -> Iterator[_Pages]:
    """The county's pages, on loopback."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            try:
                media, body = pages(parts.path, {k: v[0] for k, v in parse_qs(parts.query).items()})
            except Exception as error:  # noqa: BLE001 - told to the test, which fails of it
                pages.failures.append(repr(error))
                self.send_error(500)
                return
            self.send_response(200)
            self.send_header("Content-Type", media)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    pages = _Pages(f"127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield pages
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextlib.contextmanager
def scraped(folder: Path, seconds: float = 12.0) -> Iterator[str]:
    """A Prometheus that has scraped the county for so long; its address."""
    with served() as pages:
        (folder / "fixture.yml").write_text(ALERTS, encoding="utf-8")
        config = folder / "prometheus.yml"
        rules = f'rule_files: ["{folder}/fixture.yml", "{RULES}/*.yml"]'
        config.write_text(f"{_jobs(pages.address, ', refresh_interval: 1s')}{rules}\n", encoding="utf-8")
        flags = (f"--config.file={config}", f"--storage.tsdb.path={folder}/data", "--log.level=error")
        with _running(pages, seconds, "prometheus", "--web.listen-address", *flags) as url:
            yield url


@contextlib.contextmanager
def scraped_by_victoriametrics(folder: Path, seconds: float = 12.0) -> Iterator[str]:
    """A VictoriaMetrics that has; it has no rules, and so no alerts."""
    with served() as pages:
        config = folder / "scrape.yml"
        config.write_text(_jobs(pages.address, ""), encoding="utf-8")
        flags = (
            f"-promscrape.config={config}",
            "-promscrape.httpSDCheckInterval=1s",
            f"-storageDataPath={folder}/data",
            "-search.latencyOffset=0s",
            "-search.disableCache",
        )
        with _running(pages, seconds, "victoria-metrics", "-httpListenAddr", *flags) as url:
            yield url


@contextlib.contextmanager
def _running(pages: _Pages, seconds: float, program: str, listen: str, *flags: str) -> Iterator[str]:
    port = free_port()
    server = subprocess.Popen(
        [program, f"{listen}=127.0.0.1:{port}", *flags], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    url = f"http://127.0.0.1:{port}"
    try:
        until(
            lambda: pages.failures or _samples(url) >= seconds,
            f"{program} has {seconds:.0f} samples of each target",
        )
        assert not pages.failures, pages.failures[0]
        yield url
    finally:
        server.terminate()
        server.wait(20)


def _samples(url: str) -> float:
    """How many scrapes of the slowest target have succeeded, once there is one of each job."""
    jobs = "min(sum_over_time(up[5m])) and on () (count(count by (job) (up)) == 4)"
    answer = httpx.get(f"{url}/api/v1/query", params={"query": jobs})
    found = answer.json()["data"]["result"] if answer.status_code == 200 else []  # 503 while it starts
    return float(found[0]["value"][1]) if found else 0.0


def _jobs(address: str, every: str) -> str:
    """The jobs of deploy/prometheus/prometheus.yml, every second."""
    return f"""
global: {{scrape_interval: 1s, scrape_timeout: 1s}}
scrape_configs:
  - job_name: wanzhao
    honor_labels: true
    http_sd_configs: [{{url: "http://{address}/sd"{every}}}]
  - job_name: wanzhao-collector
    static_configs: [{{targets: ["{address}"]}}]
  - job_name: wanzhao-devices
    http_sd_configs: [{{url: "http://{address}/devices"{every}}}]
  - job_name: wanzhao-agent
    http_sd_configs: [{{url: "http://{address}/agents"{every}}}]
"""
