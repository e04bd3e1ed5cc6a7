"""Samples end to end, against PostgreSQL's own COPY of the same readings from a file on its server."""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from figures import Figure
from ingest_load import DAY, READINGS, START, bodies, collector, cpu_s, school_day, send_all
from ingest_schools import SIZES, schools_figures
from sqlalchemy import Engine, create_engine

sys.path.insert(0, str(Path(__file__).parent.parent / "tests/support"))

import postgres

from collector.store import codec
from collector.store.codec import Matrix
from collector.store.compact import compact_due
from collector.store.engine import insert_rows, open_store
from collector.store.schema import chunk
from collector.store.series import read_series

SCHOOLS = [f"21339990{n:02}" for n in range(1, 25)]
"""All of them send at once: a county's agents after an outage."""
COPIED = 8
"""Schools whose readings COPY writes."""
BATCHES = 48
ROUNDS = 5
TOTAL = len(SCHOOLS) * BATCHES * READINGS
_FIELDS = "f:>i2 a:>i4 school:>i4 b:>i4 series:>i4 c:>i4 ts:>i8 d:>i4 value:>i8"
_ROW = np.dtype([tuple(field.split(":")) for field in _FIELDS.split()])
"""A row of COPY's binary form: how many columns, then of each its length and its bytes."""


def samples_figures() -> dict[str, Figure]:
    """All figures of samples; those of PostgreSQL are missing where no server is installed."""
    loads = {school: bodies(school, school_day(n), BATCHES) for n, school in enumerate(SCHOOLS)}
    body = statistics.mean(len(one) for some in loads.values() for one in some)
    figures: dict[str, Figure] = {"sample_body_bytes_per_reading": round(body / READINGS, 2)}
    figures |= _sizes()
    with tempfile.TemporaryDirectory() as name:
        figures |= _engine_figures("sqlite", f"sqlite:///{name}/store.db", loads, lambda: 0.0)
        figures |= schools_figures("sqlite", f"sqlite:///{name}/many.db", lambda: 0.0)
    if postgres.binaries() is not None:
        with postgres.cluster() as url:
            figures |= _postgres_figures(url, loads)
    reads = [value for name, value in figures.items() if name.startswith("port_day_read_ms_")]
    return figures | {"port_day_read_ms": max(value for value in reads if isinstance(value, float))}


def _sizes() -> dict[str, Figure]:
    found: dict[str, Figure] = {}
    days = {
        "typical": school_day(1),
        "all_ports_active": school_day(1, 1.0),
        "all_ports_heavy": school_day(1, 1.0, heavy=True),
    }
    for name, day in days.items():
        started = time.process_time()
        size = sum(len(codec.encode(matrix)) for matrix in day)
        spent = time.process_time() - started
        found[f"bytes_per_reading_{name}"] = round(size / (DAY * READINGS), 3)
        found[f"encode_readings_per_cpu_s_{name}"] = round(DAY * READINGS / spent)
        found[f"entropy_bytes_per_reading_{name}"] = round(_entropy_bytes(day), 3)
    return found


def _entropy_bytes(day: list[Matrix]) -> float:
    """What the steps of a day's numbers cost at least, on average, where nothing is known but how large they
    are at that time of the day: log2(e * mean) bits for each burst (the entropy of an exponential step), the
    measured entropy of whatever has few different steps."""
    bits = 0.0
    for matrix in day:
        for row in np.diff(matrix.values, axis=1):
            for part in np.split(row, [89, 209]):  # 07:30 and 17:30
                _steps, counts = np.unique(part, return_counts=True)
                share = counts / len(part)
                few = -float((share * np.log2(share)).sum())
                spread = float(np.log2(np.e * max(part.std(), 1e-9)))
                bits += len(part) * (few if len(counts) < len(part) / 2 else spread)
    return bits / 8 / (DAY * READINGS)


def _postgres_figures(url: str, loads: dict[str, list[bytes]]) -> dict[str, Figure]:
    engine = create_engine(url)
    with engine.connect() as connection:
        data = Path(connection.exec_driver_sql("SHOW data_directory").scalar_one())
    master = int((data / "postmaster.pid").read_text(encoding="utf-8").splitlines()[0])

    def database_s() -> float:
        return cpu_s(master)

    copies = Copies(engine, data.parent, database_s)
    rounds: list[dict[str, float]] = []

    def copy_after(packed: float) -> None:
        """COPY right after the batches: what a second of this machine is worth changes by the minute."""
        rounds.append({"packed": packed, **copies.round()})

    figures = _engine_figures("postgresql", url, loads, database_s, copy_after)
    figures |= schools_figures("postgresql", url, database_s)
    copies.drop()
    engine.dispose()

    def median(of: str, against: str = "") -> float:
        return statistics.median(one[of] / (one[against] if against else 1) for one in rounds)

    return figures | {
        "readings_per_cpu_s": round(median("packed")),
        "copy_binary_readings_per_cpu_s": round(median("binary")),
        "copy_text_readings_per_cpu_s": round(median("text")),
        "rows_readings_per_cpu_s": round(median("rows")),
        "packed_ratio_vs_binary_copy": round(median("packed", "binary"), 2),
        "packed_ratios_by_round": " ".join(f"{one['packed'] / one['binary']:.2f}" for one in rounds),
        "rows_ratio_vs_text_copy": round(median("rows", "text"), 2),
        "fsync": "off for both",
    }


def _engine_figures(
    name: str,
    url: str,
    loads: dict[str, list[bytes]],
    database_s: Callable[[], float],
    after_round: Callable[[float], None] = lambda _packed: None,
) -> dict[str, Figure]:
    """Ingest, compaction and reading on one engine, and what that makes for many schools. ``after_round``
    gets the readings per second of processor time of each round."""
    ingest_s = []
    with tempfile.TemporaryDirectory() as folder, collector(url, Path(folder)) as (pid, address):
        for number in range(ROUNDS):
            # Each round is of other schools, so that each batch is new.
            again = _renamed(number) if number else loads
            before = cpu_s(pid) + database_s()
            send_all(address, url, Path(folder), again)
            ingest_s.append(cpu_s(pid) + database_s() - before)
            after_round(TOTAL / ingest_s[-1])
    engine = open_store(url)
    before = time.process_time() + database_s()
    compact_due(engine, START + 2 * 86400)
    compact_s = time.process_time() + database_s() - before
    read_ms = _read_ms(engine)
    engine.dispose()
    ingest_each = statistics.median(ingest_s) / TOTAL
    compact_each = compact_s / (TOTAL * ROUNDS)
    found: dict[str, Figure] = {
        f"readings_per_cpu_s_{name}": round(1 / ingest_each),
        f"compacted_readings_per_cpu_s_{name}": round(1 / compact_each),
        f"port_day_read_ms_{name}": round(read_ms, 2),
    }
    for schools in SIZES:
        cores = schools * DAY * READINGS * compact_each / 86400
        found[f"cores_to_compact_{schools}_schools_{name}"] = round(cores, 4)
    return found


def _renamed(number: int) -> dict[str, list[bytes]]:
    names = [f"{3 + number}{school[1:]}" for school in SCHOOLS]
    return {name: bodies(name, school_day(n), BATCHES) for n, name in enumerate(names)}


def _read_ms(engine: Engine) -> float:
    """Median of reading one port and key over one day, 16 million readings in the table."""
    day = school_day(1)
    names = [column.name for column in chunk.columns]
    packed = [codec.encode(matrix) for matrix in day]
    wanted = 16_000_000 // (READINGS * DAY) + 1
    rows = [
        (f"9{school:05}", START // 86400, f"sw{n}", READINGS * DAY // 30, codec.CODEC, packed[n])
        for school in range(wanted)
        for n in range(len(day))
    ]
    with engine.begin() as connection:
        insert_rows(connection, chunk, names, rows)
    spent = []
    with engine.connect().execution_options(reads_only=True) as connection:
        for n in range(200):
            where = (f"9{n % wanted:05}", f"sw{n % 30}", f"port:GigabitEthernet0/0/{n % 24}", "in_octets")
            started = time.perf_counter()
            found = read_series(connection, *where, START, START + 86400)
            spent.append(time.perf_counter() - started)
            assert len(found) == DAY
    return statistics.median(spent) * 1000


class Copies:
    """Readings a second of processor time by COPY, from the server's files and from here.

    On as many connections as there are processors, each into a table of its own: what a second of a processor
    is worth depends on how busy its neighbour is, and while batches come in over HTTP all of them are.
    """

    def __init__(self, engine: Engine, folder: Path, database_s: Callable[[], float]) -> None:
        self.engine, self.folder, self.database_s = engine, folder, database_s
        # numpy joins in the machine's own byte order; the wire's is the other one.
        self.whole = np.concatenate([_rows(n) for n in range(COPIED)]).astype(_ROW)
        self.tables = [f"copied_{n}" for n in range(os.cpu_count() or 1)]
        for table in self.tables:
            _run(engine, f"CREATE TABLE {table} (school int, series int, ts bigint, value bigint)")

    def round(self) -> dict[str, float]:
        """Rows from here, then the server's own two forms."""
        total = len(self.whole) * len(self.tables)
        speeds = {}
        with ThreadPoolExecutor(len(self.tables)) as pool:
            before = time.process_time() + self.database_s()
            list(pool.map(lambda table: _copy_all(self.engine, table, self.whole), self.tables))
            speeds["rows"] = total / (time.process_time() + self.database_s() - before)
            for form in ("binary", "text"):
                file = self.folder / f"readings-{form}"
                if not file.exists():
                    _run(self.engine, f"COPY {self.tables[0]} TO '{file}' (FORMAT {form})")
                self.empty()
                before = self.database_s()
                orders = [f"COPY {table} FROM '{file}' (FORMAT {form})" for table in self.tables]
                list(pool.map(lambda order: _run(self.engine, order), orders))
                speeds[form] = total / (self.database_s() - before)
        self.empty()
        return speeds

    def empty(self) -> None:
        for table in self.tables:
            _run(self.engine, f"TRUNCATE {table}")

    def drop(self) -> None:
        for table in self.tables:
            _run(self.engine, f"DROP TABLE {table}")


def _copy_all(engine: Engine, table: str, rows: Any) -> None:
    """A batch of rows after the other, in one transaction."""
    with engine.begin() as connection:
        for start in range(0, len(rows), READINGS):
            cursor: Any = connection.connection.cursor()
            with cursor.copy(f"COPY {table} FROM STDIN (FORMAT binary)") as copy:
                piece = rows[start : start + READINGS].tobytes()
                copy.write(b"PGCOPY\n\xff\r\n\0" + bytes(8) + piece + b"\xff\xff")


def _rows(school: int) -> Any:
    """The same readings as rows, in the order in which they were measured."""
    values = np.concatenate([matrix.values[:, :BATCHES] for matrix in school_day(school)]).T
    rows = np.zeros(values.size, _ROW)
    rows["f"], rows["a"], rows["b"], rows["c"], rows["d"] = 4, 4, 4, 8, 8
    rows["school"] = school
    rows["series"] = np.tile(np.arange(values.shape[1]), values.shape[0])
    rows["ts"] = np.repeat(START + np.arange(BATCHES) * 300, values.shape[1])
    rows["value"] = values.ravel()
    return rows


def _run(engine: Engine, sql: str) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql(sql)
