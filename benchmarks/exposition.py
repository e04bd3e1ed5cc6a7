"""What a province's metric pages cost, against prometheus_client in the same run, and how a real Prometheus
takes them.

10,000 schools x 20 gauges with two labels, 200,000 series. Ours: 100 county pages, written round after round
with new values, and packed (gzip 1), as the collector does when it has judged. prometheus_client's: the same
series by a custom collector that makes a GaugeMetricFamily a scrape (as its manual advises), and packed as
its own handler does (gzip 9). Processor time of this process, in turns, the least of five rounds. Pages must
parse back equal. Then Debian's Prometheus scrapes the 100 county pages, found by /sd, from a process
that only hands bytes out; values change between scrapes.
"""

from __future__ import annotations

import contextlib
import gc
import gzip
import json
import multiprocessing
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from figures import report
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.parser import text_string_to_metric_families

from exporters.exposition import Family, Writer
from exporters.prometheus import county_page

# The hand-made county of the tests.
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "support"))
from views import AS_OF, many

SCHOOLS, COUNTIES, GAUGES, ROUNDS = 10_000, 100, 20, 5
PER_COUNTY = SCHOOLS // COUNTIES
TARGET = "access_port_speed_10g"
FAMILIES = tuple(
    Family(f"wanzhao_bench_{n}_ratio", ("school", "target"), f"Gauge {n}.") for n in range(GAUGES)
)
LABELS = [(f"21{school:08d}", TARGET) for school in range(SCHOOLS)]
SCRAPES_S = 45
STATES = GAUGES // 2
_random = random.Random(1)
VALUES = [
    [
        [
            float(_random.random() < 0.8) if gauge < STATES else _random.randrange(10_000) / 10_000
            for _school in range(SCHOOLS)
        ]
        for gauge in range(GAUGES)
    ]
    for _turn in range(ROUNDS + 1)
]
"""What the store holds, round by round, all of it drawn anew: half of the gauges are states, 0 or 1, half are
ratios in basis points, as the product's are."""


class Ours:
    """A writer for each county, as the collector keeps them."""

    def __init__(self) -> None:
        self.writers = [Writer() for _ in range(COUNTIES)]

    def pages(self, turn: int) -> list[bytes]:
        return [self._page(county, turn) for county in range(COUNTIES)]

    def _page(self, county: int, turn: int) -> bytes:
        first, last = county * PER_COUNTY, (county + 1) * PER_COUNTY
        labels = LABELS[first:last]
        return self.writers[county].write(
            (family, zip(labels, VALUES[turn][gauge][first:last], strict=True))
            for gauge, family in enumerate(FAMILIES)
        )


class Theirs:
    """prometheus_client's custom collector."""

    def __init__(self) -> None:
        self.turn = 0
        self.registry = CollectorRegistry()
        self.registry.register(self)

    def collect(self) -> Iterator[GaugeMetricFamily]:
        for gauge, family in enumerate(FAMILIES):
            found = GaugeMetricFamily(family.name, family.help, labels=family.labels)
            for labels, value in zip(LABELS, VALUES[self.turn][gauge], strict=True):
                found.add_metric(labels, value)
            yield found

    def page(self, turn: int) -> bytes:
        self.turn = turn
        return generate_latest(self.registry)


def cpu_ms(*works: Callable[[int], object], rounds: int = ROUNDS) -> list[float]:
    """Milliseconds of processor time of each, taken in turns, garbage collected before each: the least of the
    rounds, since whatever else the machine does can only add to it."""
    times: list[list[float]] = [[] for _ in works]
    for turn in range(1, rounds + 1):
        for work, found in zip(works, times, strict=True):
            gc.collect()
            start = time.process_time()
            work(turn)
            found.append((time.process_time() - start) * 1000)
    return [min(found) for found in times]


def lines(pages: list[bytes]) -> list[bytes]:
    """The samples of all pages, in one order."""
    return sorted(line for page in pages for line in page.splitlines() if not line.startswith(b"#"))


def parses_back(pages: list[bytes]) -> int:
    """How many samples were read back by prometheus_client's parser; ends where one is another."""
    count = 0
    for page in pages:
        for family in text_string_to_metric_families(page.decode()):
            gauge = int(family.name.split("_")[2])
            for sample in family.samples:
                if sample.value != VALUES[0][gauge][int(sample.labels["school"][2:])]:
                    sys.exit(f"read back another value: {sample}")
                count += 1
    return count


def hand_out(pages: list[list[bytes]], port: Any) -> None:
    """The process that Prometheus scrapes: packed pages as ready bytes, others at every scrape."""
    turns = [0] * COUNTIES
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            if self.path == "/sd":
                body = json.dumps(
                    [
                        {
                            "targets": [f"127.0.0.1:{server.server_address[1]}"],
                            "labels": {"__param_target": str(n), "county": str(n)},
                        }
                        for n in range(COUNTIES)
                    ]
                ).encode()
                headers = {"Content-Type": "application/json"}
            else:
                county = int(urllib.parse.parse_qs(self.path.partition("?")[2])["target"][0])
                with lock:
                    turns[county] += 1
                body = pages[turns[county] % len(pages)][county]
                headers = {"Content-Type": "text/plain; version=0.0.4", "Content-Encoding": "gzip"}
            self.send_response(200)
            for name, text in headers.items():
                self.send_header(name, text)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    port.put(server.server_address[1])
    server.serve_forever()


def scraped(pages: list[list[bytes]]) -> dict[str, float] | None:
    """Milliseconds of a scrape by Prometheus itself (scrape_duration_seconds), over all counties; None where
    there is no Prometheus."""
    program = shutil.which("prometheus")
    if program is None:
        return None
    told: Any = multiprocessing.Queue()
    server = multiprocessing.Process(target=hand_out, args=(pages, told), daemon=True)
    server.start()
    port = told.get(timeout=30)
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as on:
        folder = Path(name)
        (folder / "prometheus.yml").write_text(
            "global: {scrape_interval: 10s}\nscrape_configs:\n- job_name: county\n  metrics_path: /probe\n"
            f'  http_sd_configs: [{{url: "http://127.0.0.1:{port}/sd"}}]\n',
            encoding="utf-8",
        )
        listen = f"127.0.0.1:{port + 1}"
        process = subprocess.Popen(
            [
                program,
                "--config.file=prometheus.yml",
                "--storage.tsdb.path=data",
                f"--web.listen-address={listen}",
            ],
            cwd=folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        on.callback(server.terminate)
        on.callback(lambda: (process.terminate(), process.wait(30)))
        time.sleep(SCRAPES_S)
        up = _asked(listen, "count(up == 1)")
        if up != COUNTIES:
            sys.exit(f"Prometheus scraped {up} of {COUNTIES} counties")
        window = f"[{SCRAPES_S - 15}s]"
        return {
            "mean": 1000 * _asked(listen, f"avg(avg_over_time(scrape_duration_seconds{window}))"),
            "max": 1000 * _asked(listen, f"max(max_over_time(scrape_duration_seconds{window}))"),
        }


def _asked(listen: str, expression: str) -> float:
    query = urllib.parse.urlencode({"query": expression})
    with urllib.request.urlopen(f"http://{listen}/api/v1/query?{query}", timeout=30) as answer:
        return float(json.load(answer)["data"]["result"][0]["value"][1])


def main() -> None:
    ours, theirs = Ours(), Theirs()
    first = ours.pages(0)
    if lines(first) != lines([theirs.page(0)]):
        sys.exit("the pages differ")
    series = parses_back(first)
    packed = [gzip.compress(page, 1, mtime=0) for page in first]

    write_ms, ready_ms, client_ms, client_ready_ms = cpu_ms(
        ours.pages,
        lambda turn: [gzip.compress(page, 1, mtime=0) for page in ours.pages(turn)],
        theirs.page,
        lambda turn: gzip.compress(theirs.page(turn), 9),
    )
    turns = [[gzip.compress(page, 1, mtime=0) for page in ours.pages(turn)] for turn in range(3)]
    scrape = scraped(turns)

    view = many(300)
    writer = Writer()
    (county_ms,) = cpu_ms(lambda _turn: county_page(view, rendered_at=AS_OF, writer=writer))
    page = county_page(view, rendered_at=AS_OF)
    county_series = sum(not line.startswith(b"#") for line in page.splitlines())

    size, gz = sum(map(len, first)), sum(map(len, packed))
    print(f"{series} series on {COUNTIES} county pages, {size / 1e6:.1f} MB, packed {gz / 1e6:.2f} MB;")
    print("the lines are those of prometheus_client, and its parser reads them back equal")
    print(f"  written              {write_ms:8.0f} ms CPU;  by prometheus_client {client_ms:8.0f} ms")
    print(f"  written and packed   {ready_ms:8.0f} ms CPU;  by prometheus_client {client_ready_ms:8.0f} ms")
    if scrape:
        print(f"  a scrape by Prometheus: {scrape['mean']:.1f} ms on average, {scrape['max']:.1f} at most")
    print(f"a county of 300 schools with every detail, {county_series} series: {county_ms:.0f} ms")
    report(
        "exposition",
        {
            "series": series,
            "bytes": size,
            "bytes_gzip": gz,
            "write_ms": round(write_ms, 1),
            "client_ms": round(client_ms, 1),
            "cpu_ratio_client_over_ours": round(client_ms / write_ms, 1),
            "cpu_ratio_packed": round(client_ready_ms / ready_ms, 1),
            "county_page_scrape_ms": round(scrape["mean"], 1) if scrape else None,
            "county_page_scrape_max_ms": round(scrape["max"], 1) if scrape else None,
            "county_300_schools_ms": round(county_ms, 1),
            "county_300_schools_series": county_series,
        },
    )


if __name__ == "__main__":
    main()
