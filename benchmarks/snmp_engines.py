"""What each SNMP engine costs: CPU per 1,000 variables and questions sent, v2c and v3 (SHA-256, AES-128).

One fast responder (fastagent.c, built here with the system's C compiler) plays a switch of 52 ports on a
loopback address; ifTable and ifXTable are read through ``read_table``, as in a poll. Rounds are interleaved,
the median counts. CPU is that of this process.
"""

from __future__ import annotations

import asyncio
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from figures import Figure, report

from agent.snmp.choose import ENGINES, EngineName, engine_named
from agent.snmp.engine import oid
from agent.snmp.session import Session
from agent.snmp.target import Target, User
from agent.snmp.walk import TableSpec, read_table

HERE = Path(__file__).parent
ADDRESS, PORT, PORTS = "127.1.9.1", 21163, 52
ROUNDS = 7
POLLS = 5
TABLES = (
    TableSpec(
        name="ifTable",
        entry=oid("1.3.6.1.2.1.2.2.1"),
        columns={str(number): number for number in (2, 3, 5, 6, 7, 8, 10, 14, 16, 20)},
    ),
    TableSpec(
        name="ifXTable",
        entry=oid("1.3.6.1.2.1.31.1.1.1"),
        columns={str(number): number for number in (1, 6, 7, 10, 11, 15, 18)},
    ),
)
BENCH = User("bench", auth="SHA256", auth_key="benchauthpass", priv="AES128", priv_key="benchprivpass")
TARGETS = {
    "2c": Target(ADDRESS, port=PORT, community="public"),
    "3": Target(ADDRESS, port=PORT, version="3", user=BENCH),
}


@contextmanager
def responder() -> Iterator[subprocess.Popen[str]]:
    """The simulated switch."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        sys.exit("no C compiler: the responder cannot be built (apt-get install gcc libssl-dev)")
    with tempfile.TemporaryDirectory() as folder:
        binary = Path(folder) / "fastagent"
        subprocess.run(
            [compiler, "-O2", "-o", str(binary), str(HERE / "fastagent.c"), "-lcrypto"], check=True
        )
        command = [str(binary), "-a", ADDRESS, "-n", "1", "-p", str(PORT), "-i", str(PORTS)]
        process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        time.sleep(0.3)
        try:
            yield process
        finally:
            process.terminate()
            process.wait(10)


async def poll(name: EngineName, target: Target) -> int:
    """The number of variables that one reading of both tables brings."""
    async with Session(engine_named(name, target), target, 60) as session:
        found = [await read_table(session, spec) for spec in TABLES]
    assert all(read.status == "ok" for read in found), found
    return sum(len(row) for read in found for row in read.rows.values())


async def _several(name: EngineName, target: Target) -> int:
    return sum([await poll(name, target) for _number in range(POLLS)])


def main() -> None:
    names: list[EngineName] = [name for name in ENGINES if name != "auto"]
    costs: dict[str, list[float]] = {}
    questions: dict[str, float] = {}
    with responder() as switch:
        for round_number in range(ROUNDS + 1):  # the first warms up
            for version, target in TARGETS.items():
                for name in names:
                    key, before, cpu = f"{name}_v{version}", requests_of(switch), time.process_time()
                    variables = asyncio.run(_several(name, target))
                    spent = time.process_time() - cpu
                    if round_number:
                        costs.setdefault(key, []).append(spent / variables * 1e6)
                        questions[key] = (requests_of(switch) - before) / POLLS
    figures: dict[str, Figure] = {}
    for key, values in costs.items():
        figures[f"cpu_ms_per_1000_variables_{key}"] = round(statistics.median(values), 2)
        figures[f"questions_a_poll_{key}"] = questions[key]
        print(
            f"{key}: {statistics.median(values):.2f} ms of CPU per 1,000 variables, "
            f"{questions[key]:.0f} questions a poll"
        )
    report("snmp_engines", figures)


def requests_of(switch: subprocess.Popen[str]) -> int:
    """How many requests the switch has seen."""
    switch.send_signal(signal.SIGUSR1)
    assert switch.stderr is not None
    return int(next(line for line in switch.stderr if line.startswith("requests=")).split()[0][9:])


if __name__ == "__main__":
    main()
