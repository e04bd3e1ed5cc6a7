"""What a round costs: SNMP to facts to a spooled batch, beside snmp_exporter and snmpbulkwalk, in one run.

One fast responder (fastagent.c, built here with the system's C compiler) plays 100 devices of 52 ports on
loopback addresses with 20 ms of latency, then 10 % of them dead and 10 % of requests lost.

- ours: ``run_round`` with a real spool: status and counters of all devices, facts, one batch on disk
- snmp_exporter (Debian's): the same columns of ifTable and ifXTable, 100 scrapes at once, metrics as text
- snmpbulkwalk (net-snmp): ifTable and ifXTable with all their columns, a process for each table of each
  device, lines of text

CPU is compared per variable, the yardsticks by the variables that they bring, ours by those of ifTable and
ifXTable; what ours reads besides (the system, tables that are asked for
and not there) is in its costs and not in its count. Rounds of ours and of the exporter take turns, the median
counts. A yardstick that is not installed is left out of the figures (null).
"""

from __future__ import annotations

import asyncio
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path

import snmp_exporter
from figures import Figure, report
from polling import DEVICES, FIRST, PORT, PORTS, Ours, Round
from snmp_exporter import Scrapes

from agent.daemon import NEW_OBJECTS
from agent.mibs import counters, interfaces
from agent.snmp import gufo_engine
from agent.snmp.choose import EngineName, engine_named
from agent.snmp.engine import Missing, Oid, dotted
from agent.snmp.target import Target
from inventory.garbage import collect_garbage_less_often

HERE = Path(__file__).parent
LATENCY_S = 0.020
ROUNDS = 5
COLUMNS: frozenset[Oid] = frozenset(
    (*spec.entry, number)
    for spec in (
        interfaces.IF_TABLE,
        interfaces.IF_X_TABLE,
        counters.IF_HC_COUNTERS,
        counters.IF_ERROR_COUNTERS,
    )
    for number in spec.columns.values()
)
"""What a round of ours reads of ifTable and ifXTable, and what the yardsticks are given to walk."""


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


def columns_of_the_devices() -> list[Oid]:
    """Those of our columns that the simulated devices have."""

    async def ask() -> list[Oid]:
        target = Target(f"{FIRST}1", port=PORT, community="public")
        link = await engine_named("native", target).connect(target)
        wanted = sorted(COLUMNS)
        answer = await link.ask("next", wanted, (3.0,))
        link.close()
        pairs = zip(wanted, answer.varbinds, strict=True)
        return [
            root
            for root, (oid, value) in pairs
            if oid[: len(root)] == root and not isinstance(value, Missing)
        ]

    return asyncio.run(ask())


def bulkwalk() -> tuple[float, int] | None:
    """CPU seconds of snmpbulkwalk for ifTable and ifXTable of every device, and the lines that it printed."""
    if not shutil.which("snmpbulkwalk"):
        return None
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    lines = 0
    for number in range(DEVICES):
        for table in ("1.3.6.1.2.1.2.2", "1.3.6.1.2.1.31.1.1"):
            command = [
                "snmpbulkwalk", "-v2c", "-cpublic", "-m", "", "-On", "-Cr25",
                f"{FIRST}{number + 1}:{PORT}", table,
            ]  # fmt: skip
            lines += subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout.count(b"\n")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, lines


def idle_rss_mb() -> float:
    """Resident memory of a fresh process that has imported the agent's daemon, in MB."""
    program = "import agent.daemon, pathlib; print(pathlib.Path('/proc/self/status').read_text())"
    out = subprocess.run(
        [sys.executable, "-c", program], cwd=HERE.parent, capture_output=True, text=True, check=True
    ).stdout
    kib = next(line.split()[1] for line in out.splitlines() if line.startswith("VmRSS"))
    return int(kib) / 1024


def main() -> None:
    collect_garbage_less_often(NEW_OBJECTS)  # as the daemon does
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        sys.exit("no C compiler: the responder cannot be built (apt-get install gcc libssl-dev)")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        binary = folder / "fastagent"
        subprocess.run(
            [compiler, "-O2", "-o", str(binary), str(HERE / "fastagent.c"), "-lcrypto"], check=True
        )
        with responder(binary):
            figures = compare(folder)
        with responder(binary, dead_every=10, loss_per_mille=100):
            figures |= lossy(folder)
    figures["idle_rss_mb"] = round(idle_rss_mb(), 1)
    report("agent_poll", figures)


def compare(folder: Path) -> dict[str, Figure]:
    """Ours by every engine beside the yardsticks."""
    columns = columns_of_the_devices()
    wanted = len(columns) * PORTS * DEVICES
    names: list[EngineName] = ["auto", "native", "pysnmp"]
    names += ["gufo"] if gufo_engine.IS_INSTALLED else []
    agents = {name: Ours(folder, name) for name in names}
    targets = [f"{FIRST}{number}:{PORT}" for number in range(1, DEVICES + 1)]
    rounds: dict[EngineName, list[Round]] = {name: [] for name in names}
    scrapes: list[Scrapes] = []
    walk = [dotted(column) for column in columns]
    with snmp_exporter.exporter(folder, walk, 3.0) if snmp_exporter.PROGRAM else nullcontext() as process:
        for number in range(ROUNDS + 1):  # the first warms up, and reads what the others need not
            # Ours take turns at being first: what follows the others' long rounds finds cold caches.
            for name in names if number % 2 else reversed(names):
                rounds[name].append(agents[name].round())
            if process is not None:
                scrapes.append(snmp_exporter.scrape(process, targets))
            print(f"round {number} of {ROUNDS}", file=sys.stderr)
    for agent in agents.values():
        agent.close()
    agents.clear()
    quiet = {name: quiet_rounds(folder, name) for name in names}
    by_walk = bulkwalk()
    exporter_ms = (
        statistics.median(found.cpu_s / found.varbinds for found in scrapes[1:]) * 1e6 if scrapes else None
    )
    walk_ms = by_walk[0] / by_walk[1] * 1e6 if by_walk else None
    _tell_yardsticks(wanted, scrapes, by_walk)
    figures: dict[str, Figure] = {
        "engine": "auto",
        "columns": len(columns),
        "snmp_exporter_cpu_ms_per_1000_varbinds": _rounded(exporter_ms),
        "snmp_exporter_wall_s": _rounded(statistics.median(s.wall_s for s in scrapes[1:]))
        if scrapes
        else None,
        "snmpbulkwalk_cpu_ms_per_1000_varbinds": _rounded(walk_ms),
    }
    for name, several in rounds.items():
        key = "" if name == "auto" else f"_{name}"
        figures |= {
            f"{what}{key}": value
            for what, value in _figures(several[1:], quiet[name], wanted, exporter_ms, walk_ms)
        }
        _tell(name, several)
    return figures


def quiet_rounds(folder: Path, name: EngineName) -> list[Round]:
    """Rounds of an agent that is alone in its process, as it is at a school; the first reads everything."""
    place = folder / f"quiet-{name}"
    place.mkdir()
    agent = Ours(place, name)
    rounds = [agent.round() for _ in range(ROUNDS + 1)]
    agent.close()
    return rounds[1:]


def _figures(
    several: Sequence[Round],
    quiet: Sequence[Round],
    wanted: int,
    exporter_ms: float | None,
    walk_ms: float | None,
) -> list[tuple[str, Figure]]:
    """CPU is from rounds that took turns with the yardsticks, time from ``quiet`` ones of an agent alone.

    ``wall_ratio_vs_latency_bound``: no agent that asks a device one question at a time can be faster than
    the questions that it really asked of the device that was asked most, times the latency of each. All
    devices are polled at once, so that this is the bound of the whole round, its facts and its batch."""
    cpu_ms = statistics.median(one.cpu_s for one in several) / wanted * 1e6
    bounds = [one.wall_s / (one.questions * LATENCY_S) for one in quiet]
    return [
        ("cpu_ms_per_1000_varbinds", round(cpu_ms, 2)),
        ("cpu_ratio_vs_snmp_exporter", _ratio(cpu_ms, exporter_ms)),
        ("cpu_ratio_vs_snmpbulkwalk", _ratio(cpu_ms, walk_ms)),
        ("wall_s", round(statistics.median(one.wall_s for one in quiet), 3)),
        ("wall_ratio_vs_latency_bound", round(statistics.median(bounds), 2)),
        ("questions_per_device", several[-1].questions),
        ("complete", min(one.complete for one in several)),
    ]


def lossy(folder: Path) -> dict[str, Figure]:
    """A round with 10 % of the devices dead and 10 % of the requests lost."""
    place = folder / "lossy"
    place.mkdir()
    agent = Ours(place, "auto", timeout_s=1.0)
    first, second = agent.round(), agent.round()
    agent.close()
    living = DEVICES - DEVICES // 10
    print(
        f"10 % dead, 10 % loss: {second.complete} of {living} living devices complete, "
        f"in {second.wall_s:.1f} s (the first round, with everything: {first.wall_s:.1f} s)"
    )
    return {
        "living_answered_with_loss": second.answered,
        "living_complete_with_loss": second.complete,
        "wall_s_with_loss": round(second.wall_s, 1),
    }


def _tell(name: EngineName, several: Sequence[Round]) -> None:
    first, last = several[0], several[-1]
    print(
        f"ours by {name}: {last.wall_s:.2f} s wall, {last.cpu_s:.2f} s CPU, "
        f"{last.questions} questions a device, "
        f"{last.varbinds} variables in all, {last.facts} facts, a batch of {last.batch_octets} octets "
        f"(the first round, with everything: {first.wall_s:.2f} s, {first.batch_octets} octets)"
    )


def _tell_yardsticks(wanted: int, scrapes: Sequence[Scrapes], by_walk: tuple[float, int] | None) -> None:
    print(f"{DEVICES} devices of {PORTS} ports, {wanted} variables in the columns that all of them read")
    if scrapes:
        last = scrapes[-1]
        print(
            f"snmp_exporter: {last.wall_s:.2f} s wall, {last.cpu_s:.2f} s CPU, "
            f"{last.packets} packets, {last.varbinds} variables, as metrics in text"
        )
    if by_walk:
        print(f"snmpbulkwalk: {by_walk[0]:.2f} s CPU, {by_walk[1]} lines of text")


def _ratio(ours: float, theirs: float | None) -> float | None:
    return round(ours / theirs, 2) if theirs else None


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)


if __name__ == "__main__":
    main()
