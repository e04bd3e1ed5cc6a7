"""How fast the collector takes batches in, against the same bytes written as bare rows in the same run.

One typical school's batch (30 devices, change-only) is decoded, checked and stored through SQLAlchemy, one
transaction a batch with full synchronisation. The yardstick is SQLite itself: one INSERT of the same body and
one commit a batch. A key frame (every fact of every device) is measured too. What samples cost, over HTTP and
against PostgreSQL's own COPY, is in ingest_samples.py.
"""

from __future__ import annotations

import hashlib
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
from figures import report
from ingest_samples import samples_figures

from agent.changes import Columns
from agent.uplink import compress
from collector import ingest
from collector.store.engine import open_store
from collector.store.write import Arrival, Sender, store_batch
from inventory.facts import Batch, FactValue

INTERVAL_S = 300
T0 = 1_790_000_100 // INTERVAL_S * INTERVAL_S
DEVICES = 30
PORTS = 28
BATCHES = 200
ROUNDS = 5
SENDER = Sender("2133999001", "2133999001-01", "2133999001-01")


def facts(device: int, minute: int) -> dict[tuple[str, str], FactValue]:
    """One device's state; a port in twenty changes its state between batches."""
    state: dict[tuple[str, str], FactValue] = {("", "model"): f"model-{device}", ("", "software"): "V200R019"}
    for port in range(PORTS):
        down = (port + device + minute) % 20 == 0
        state[(f"port:XGigabitEthernet0/0/{port}", "oper")] = "down" if down else "up"
        state[(f"port:XGigabitEthernet0/0/{port}", "speed_mbps")] = 10000
    return state


def batch(seq: int, *, frame: bool) -> Batch:
    """Batch number ``seq``: whole states, or what changed since the one before."""
    columns = Columns(T0 + seq * INTERVAL_S)
    for device in range(DEVICES):
        columns.add_poll(f"d{device}", "ok")
        if frame:
            columns.add_frame(f"d{device}", facts(device, seq))
        else:
            columns.add_changes(f"d{device}", facts(device, seq - 1), facts(device, seq))
    return Batch(
        agent=SENDER.agent_id,
        campus=SENDER.campus_id,
        epoch="e1",
        seq=seq,
        made_at=float(columns.slot),
        interval_s=INTERVAL_S,
        polls=columns.polls,
        frames=columns.frames,
        facts=columns.facts,
    )


def ours(folder: Path, bodies: list[bytes]) -> float:
    """Seconds of CPU to take the bodies in."""
    engine = open_store(f"sqlite:///{folder}/ours.db")
    started = time.process_time()
    for body in bodies:
        one, sha256 = ingest.decode(body, "zstd")
        now = one.made_at + 1
        ingest.check(one, SENDER, now)
        with engine.begin() as connection:
            store_batch(connection, Arrival(SENDER, one, sha256, now))
    spent = time.process_time() - started
    engine.dispose()
    return spent


def bare(folder: Path, bodies: list[bytes]) -> float:
    """Seconds of CPU to write the same bodies as bare rows."""
    db = sqlite3.connect(folder / "bare.db", isolation_level=None)
    db.executescript(
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE b (sha TEXT PRIMARY KEY, body BLOB)"
    )
    started = time.process_time()
    for body in bodies:
        db.execute("BEGIN IMMEDIATE")
        db.execute("INSERT INTO b VALUES (?, ?)", (hashlib.sha256(body).hexdigest(), body))
        db.execute("COMMIT")
    spent = time.process_time() - started
    db.close()
    return spent


def median(work: Callable[[Path, list[bytes]], float], bodies: list[bytes]) -> float:
    """Median over rounds on fresh files."""
    spent = []
    for _round in range(ROUNDS):
        with tempfile.TemporaryDirectory() as name:
            spent.append(work(Path(name), bodies))
    return statistics.median(spent)


def main() -> None:
    bodies = [compress(msgspec.json.encode(batch(seq, frame=seq == 1))) for seq in range(1, BATCHES + 1)]
    frames = [compress(msgspec.json.encode(batch(seq, frame=True))) for seq in range(1, 21)]
    ours_s, bare_s, frames_s = median(ours, bodies), median(bare, bodies), median(ours, frames)
    facts_each = DEVICES * (2 + 2 * PORTS)
    print(f"{BATCHES} batches of {DEVICES} devices: {ours_s:.3f} s of CPU, bare rows {bare_s:.3f} s")
    print(f"20 key frames of {facts_each} facts: {frames_s:.3f} s of CPU")
    report(
        "ingest",
        {
            "batches_per_cpu_s": round(BATCHES / ours_s),
            "cpu_ms_per_batch": round(ours_s / BATCHES * 1000, 3),
            "cpu_ratio_vs_bare_rows": round(ours_s / bare_s, 2),
            "frame_facts_per_cpu_s": round(20 * facts_each / frames_s),
            "body_bytes": round(statistics.mean(len(body) for body in bodies)),
            **samples_figures(),
        },
    )


if __name__ == "__main__":
    main()
