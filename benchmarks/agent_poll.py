"""What a poll costs: the whole poll, SNMP to facts, beside net-snmp's snmpbulkwalk in one run.

One fast responder (fastagent.c, built here with the system's C compiler) plays 100 devices of 52 ports on
loopback addresses with 20 ms of latency, then 10 % of them dead and 10 % of requests lost. A yardstick that
is not installed is left out of the figures (null). CPU seconds are those of the client and its children.
"""

from __future__ import annotations

import asyncio
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from figures import report

from agent.facts import facts_of
from agent.poll import STATUS_JOBS, poll_device
from agent.snmp.engine import Answer, Kind, Link, Oid
from agent.snmp.target import Target
from agent.snmp.udp import UdpEngine
from inventory.reading import Reading

HERE = Path(__file__).parent
FIRST = "127.1.0."
PORT = 21161
DEVICES = 100
PORTS = 52
LATENCY_S = 0.020
AT_ONCE = 100
IF_COLUMNS = ("1.3.6.1.2.1.2.2", "1.3.6.1.2.1.31.1.1")


@contextmanager
def responder(binary: Path, *, dead_every: int = 0, loss_per_mille: int = 0) -> Iterator[None]:
    """The simulated devices."""
    process = subprocess.Popen(
        [
            str(binary), "-a", f"{FIRST}1", "-n", str(DEVICES), "-p", str(PORT), "-i", str(PORTS),
            "-l", str(int(LATENCY_S * 1e6)), "-L", str(loss_per_mille), "-D", str(dead_every), "-S", "1",
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    time.sleep(0.5)
    try:
        yield
    finally:
        process.terminate()
        process.wait(10)


class Counting:
    """The real engine, counting the variables of its answers."""

    def __init__(self) -> None:
        self.varbinds = 0

    async def connect(self, target: Target) -> Link:
        return CountingLink(await UdpEngine().connect(target), self)


class CountingLink:
    def __init__(self, link: Link, total: Counting) -> None:
        self._link, self._total = link, total

    async def ask(
        self, kind: Kind, oids: Sequence[Oid], waits_s: Sequence[float], repetitions: int = 0
    ) -> Answer:
        answer = await self._link.ask(kind, oids, waits_s, repetitions)
        self._total.varbinds += len(answer.varbinds)
        return answer

    def close(self) -> None:
        self._link.close()


async def poll_all(timeout_s: float, engine: Counting) -> tuple[list[Reading], int]:
    """Every device polled and understood; the readings and the number of facts."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(number: int) -> Reading:
        async with gate:
            target = Target(
                f"{FIRST}{number + 1}", port=PORT, community="public", timeout_s=timeout_s, retries=3
            )
            return await poll_device(target, now=datetime.now(UTC), jobs=STATUS_JOBS, engine=engine)

    readings = await asyncio.gather(*(one(number) for number in range(DEVICES)))
    return list(readings), sum(len(facts_of(reading, "gateway")) for reading in readings)


def ours(timeout_s: float = 3.0) -> tuple[float, float, list[Reading], int]:
    """(wall seconds, CPU seconds, readings, variables) of one poll of all devices."""
    engine = Counting()
    wall, cpu = time.perf_counter(), time.process_time()
    readings, _facts = asyncio.run(poll_all(timeout_s, engine))
    return time.perf_counter() - wall, time.process_time() - cpu, readings, engine.varbinds


def bulkwalk() -> float | None:
    """CPU seconds of snmpbulkwalk for ifTable and ifXTable of every device."""
    if not shutil.which("snmpbulkwalk"):
        return None
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    for number in range(DEVICES):
        for column in IF_COLUMNS:
            subprocess.run(
                [
                    "snmpbulkwalk", "-v2c", "-cpublic", "-m", "", "-On", "-Cr25",
                    f"{FIRST}{number + 1}:{PORT}", column,
                ],
                stdout=subprocess.DEVNULL,
                check=True,
            )  # fmt: skip
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def varbinds_of_bulkwalk() -> int:
    """Variables that snmpbulkwalk brings of one device, the end markers left out."""
    out = [
        subprocess.run(
            ["snmpbulkwalk", "-v2c", "-cpublic", "-m", "", "-On", f"{FIRST}1:{PORT}", column],
            capture_output=True,
            check=True,
        ).stdout
        for column in IF_COLUMNS
    ]
    return sum(text.count(b"\n") for text in out)


def idle_rss_mb() -> float:
    """Resident memory of a fresh process that has imported the agent's daemon, in MB."""
    program = "import agent.daemon, pathlib; print(pathlib.Path('/proc/self/status').read_text())"
    out = subprocess.run(
        [sys.executable, "-c", program], cwd=HERE.parent, capture_output=True, text=True, check=True
    ).stdout
    kib = next(line.split()[1] for line in out.splitlines() if line.startswith("VmRSS"))
    return int(kib) / 1024


def main() -> None:
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        sys.exit("no C compiler: the responder cannot be built (apt-get install gcc libssl-dev)")
    with tempfile.TemporaryDirectory() as name:
        binary = Path(name) / "fastagent"
        subprocess.run(
            [compiler, "-O2", "-o", str(binary), str(HERE / "fastagent.c"), "-lcrypto"], check=True
        )
        with responder(binary):
            ours()  # warm
            wall_s, cpu_s, _readings, varbinds = ours()
            alone_s = asyncio.run(_one())
            walk_s = bulkwalk()
            walk_varbinds = varbinds_of_bulkwalk() * DEVICES if walk_s is not None else 0
        with responder(binary, dead_every=10, loss_per_mille=100):
            lossy_wall_s, _cpu, lossy, _varbinds = ours(timeout_s=1.0)
    per_1000_ms = cpu_s / varbinds * 1e6
    walk_per_1000_ms = walk_s / walk_varbinds * 1e6 if walk_s is not None else None
    answered = sum(reading.outcome == "ok" for reading in lossy)
    print(
        f"{DEVICES} devices: {wall_s:.2f} s wall, {cpu_s:.2f} s CPU, {varbinds} variables; "
        f"one device {alone_s:.2f} s"
    )
    print(f"10 % dead, 10 % loss: {answered} of {DEVICES - DEVICES // 10} living in {lossy_wall_s:.1f} s")
    report(
        "agent_poll",
        {
            "engine": "ber",
            "cpu_ms_per_1000_varbinds": round(per_1000_ms, 1),
            "cpu_ratio_vs_snmpbulkwalk": round(per_1000_ms / walk_per_1000_ms, 2)
            if walk_per_1000_ms
            else None,
            "cpu_ratio_vs_snmp_exporter": None,
            "wall_ratio_vs_latency_bound": round(wall_s / alone_s, 2),
            "wall_s_100_devices": round(wall_s, 2),
            "living_answered_with_loss": answered,
            "idle_rss_mb": round(idle_rss_mb(), 1),
        },
    )


async def _one() -> float:
    """Seconds for one device alone: the latency bound of many at once."""
    started = time.perf_counter()
    await poll_device(
        Target(f"{FIRST}1", port=PORT, community="public"), now=datetime.now(UTC), jobs=STATUS_JOBS
    )
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
