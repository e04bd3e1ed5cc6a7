"""A typical school's numbers, the collector that takes them in, and what processor time a process has had."""

from __future__ import annotations

import http.client
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import msgspec
import numpy as np
import numpy.typing as npt
import uvicorn

from agent.uplink import compress
from collector.config import CollectorSettings
from collector.daemon import NEW_OBJECTS, server_config
from collector.publish import Published
from collector.store.codec import Matrix, Series
from collector.store.engine import open_store
from collector.store.tokens import load_pepper, new_token
from collector.telemetry import Telemetry
from collector.web.app import Edge, make_app
from inventory.facts import Batch, SampleColumns
from inventory.garbage import collect_garbage_less_often
from wanzhao.demo.processes import free_port

INTERVAL_S = 300
DEVICES, PORTS = 30, 24
COUNTERS = ("in_octets", "out_octets", "in_packets", "out_packets", "in_errors", "out_errors")
GAUGES = ("temperature_c", "cpu_percent", "memory_percent", "uptime_s", "poll_ms")
READINGS = DEVICES * (PORTS * len(COUNTERS) + len(GAUGES))
DAY = 288
NINE = 108
_DECILES = np.arange(1, 10) / 10
_OCTETS = [32, 1604, 8519, 27120, 72825, 194543, 552151, 1608321, 44221383]
_PACKETS = [1, 10, 45, 128, 324, 772, 2080, 9343, 96262]
"""Deciles of what a port that is used carries in 300 s: ifHCInOctets and ifHCInUcastPkts by sysUpTime, of
5,030 ports of real switches, gateways and controllers."""
START = 1_790_000_000 // 86400 * 86400
_TICKS = os.sysconf("SC_CLK_TCK")

Ints = npt.NDArray[np.int64]


def device_day(rng: np.random.Generator, active: float, heavy: bool = False) -> Matrix:
    """A day of one device. Each port that is used carries bursts at random about a mean of its own, nearly
    all of it in school hours (07:30 to 17:30), or ``heavy``: 1.3 Mbit/s on every port around the clock. One
    that is not used stands still. The numbers of a port have nothing in common, so that no codec can guess
    one from the other."""
    shares = rng.uniform(0.05, 0.95, (2, PORTS))
    octets, packets = (np.exp(np.interp(shares, _DECILES, np.log(found))) for found in (_OCTETS, _PACKETS))
    if heavy:
        octets, packets = np.full_like(octets, 5e7), np.full_like(packets, 6e4)
    mean = np.concatenate([octets.ravel(), packets.ravel(), np.full(2 * PORTS, 0.02)])
    hours = np.arange(DAY) * INTERVAL_S / 3600
    weight = np.where((hours >= 7.5) & (hours < 17.5), 2.2, 0.15)
    busy = np.tile(rng.random(PORTS) < active, len(COUNTERS))
    bursts = rng.exponential(1.0, (len(mean), DAY)) * mean[:, None] * (1.0 if heavy else weight)
    steps = (bursts * busy[:, None]).astype(np.int64)
    first = rng.integers(0, 2**40, len(mean)) * busy
    gauges = np.array([[400], [20], [550], [0], [900]]) + rng.integers(-5, 6, (len(GAUGES), DAY))
    gauges[3] = 10_000_000 + np.arange(DAY) * INTERVAL_S * 100
    values = np.concatenate((first[:, None] + np.cumsum(steps, axis=1), gauges)).astype(np.int64)
    series = [Series(f"port:GigabitEthernet0/0/{port}", key, 0) for key in COUNTERS for port in range(PORTS)]
    series += [Series("", key, 1) for key in GAUGES]
    slots = START + np.arange(DAY, dtype=np.int64) * INTERVAL_S
    return Matrix(tuple(series), slots, values, np.ones(values.shape, np.bool_))


def school_day(seed: int, active: float = 0.4, heavy: bool = False) -> list[Matrix]:
    rng = np.random.default_rng(seed)
    return [device_day(rng, active, heavy) for _device in range(DEVICES)]


def bodies(school: str, day: list[Matrix], count: int, *, device: str = "sw") -> list[bytes]:
    """Batches from nine in the morning on, as an agent would send them; its devices are called ``device`` and
    a number."""
    ports = [f"port:GigabitEthernet0/0/{port}" for port in range(PORTS)]
    return [
        compress(msgspec.json.encode(_batch(school, day, ports, NINE + at, at + 1, device)))
        for at in range(count)
    ]


def _batch(school: str, day: list[Matrix], ports: list[str], at: int, seq: int, device: str) -> Batch:
    split = PORTS * len(COUNTERS)
    values: list[list[list[int | None]]] = []
    for matrix in day:
        numbers = matrix.values[:, at]
        values.append(numbers[:split].reshape(len(COUNTERS), PORTS).tolist())
        values.append([[number] for number in numbers[split:].tolist()])
    slot = START + at * INTERVAL_S
    samples = SampleColumns(
        device=[f"{device}{n // 2}" for n in range(2 * DEVICES)],
        slot=[slot] * (2 * DEVICES),
        subject=[ports, [""]] * DEVICES,
        key=[list(COUNTERS), list(GAUGES)] * DEVICES,
        scale=[[0] * len(COUNTERS), [1] * len(GAUGES)] * DEVICES,
        value=values,
    )
    name = f"{school}-01"
    return Batch(
        agent=name, campus=name, epoch="e1", seq=seq, made_at=slot, interval_s=INTERVAL_S, samples=samples
    )


@contextmanager
def collector(url: str, folder: Path) -> Iterator[tuple[int, str]]:
    """The real application under uvicorn in a process of its own: its id and address."""
    port = free_port()
    process = subprocess.Popen([sys.executable, __file__, url, str(folder), str(port)])
    address = f"http://127.0.0.1:{port}"
    try:
        for _try in range(200):
            try:
                httpx.get(f"{address}/-/healthy")
                break
            except httpx.TransportError:
                time.sleep(0.1)
        yield process.pid, address
    finally:
        process.terminate()
        process.wait(20)


def send_all(address: str, url: str, folder: Path, loads: dict[str, list[bytes]]) -> float:
    """Seconds until each school, all at the same time, has sent its batches one after the other."""
    engine = open_store(url)
    with engine.begin() as connection:
        pepper = load_pepper(folder / "pepper")
        now = time.time()
        tokens = {one: new_token(connection, pepper, one, f"{one}-01", now) for one in loads}
    engine.dispose()
    failures: list[str] = []

    def send(school: str) -> None:
        head = {
            "Authorization": f"Bearer {tokens[school]}",
            "Content-Type": "application/vnd.wanzhao.batch+json;v=1",
            "Content-Encoding": "zstd",
        }
        # The plainest client there is: it runs on the same machine, and what it takes the collector has not.
        client = http.client.HTTPConnection(address.removeprefix("http://"), timeout=60)
        for body in loads[school]:
            client.request("POST", "/v1/batches", body, head)
            answer = client.getresponse()
            said = answer.read()
            if answer.status != 200 or b'"rejected"' in said:
                failures.append(said.decode()[:300])
        client.close()

    threads = [threading.Thread(target=send, args=(school,)) for school in loads]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise SystemExit(f"{len(failures)} batches were not stored: {failures[0]}")
    return time.perf_counter() - started


def cpu_s(pid: int) -> float:
    """Seconds of processor time that a process, its living children and its dead ones have had."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="utf-8").split()
    except FileNotFoundError:
        return 0.0
    return sum(map(int, fields[11:15])) / _TICKS + sum(cpu_s(int(child)) for child in children)


def serve(url: str, folder: Path, port: int) -> None:
    collect_garbage_less_often(NEW_OBJECTS)  # as the daemon does
    engine = open_store(url)
    settings = CollectorSettings(state_dir=folder, database=url, listen=f"127.0.0.1:{port}")
    edge = Edge(settings, engine, load_pepper(folder / "pepper"), Telemetry(), Published)
    uvicorn.Server(server_config(settings, make_app(edge))).run()
    edge.close()


if __name__ == "__main__":
    serve(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
