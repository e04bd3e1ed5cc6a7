"""What a province costs against a county: as many schools as there are, each with its own names and token.

Every agent comes once in 300 s on a connection of its own, as agents do: nothing is kept from one time to the
next but what the collector itself remembers.
"""

from __future__ import annotations

import http.client
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from figures import Figure
from ingest_load import DAY, READINGS, bodies, collector, cpu_s, school_day

from collector.store.engine import open_store
from collector.store.tokens import load_pepper, new_token

SIZES = {100: 20, 1_000: 4, 10_000: 2}
"""Schools, and how many times each of them comes; the first time of all is not counted."""
AT_ONCE = 24
PORTION = 500
"""Schools whose batches are made ready before they are sent: all of them would take a gigabyte."""


def schools_figures(name: str, url: str, database_s: Callable[[], float]) -> dict[str, Figure]:
    """Processor seconds per batch, and processors for the daily load, for each number of schools."""
    found: dict[str, Figure] = {}
    with tempfile.TemporaryDirectory() as folder, collector(url, Path(folder)) as (pid, address):
        for schools, times in SIZES.items():
            ids = [f"{schools % 89 + 10}{n:08}" for n in range(schools)]
            tokens = _tokens(url, Path(folder), ids)
            spent = 0.0
            for at in range(times):
                used = 0.0
                for part in range(0, schools, PORTION):
                    loads = list(_loads(ids[part : part + PORTION], tokens, at))
                    before = cpu_s(pid) + database_s()
                    _send(address, loads)
                    used += cpu_s(pid) + database_s() - before
                spent += used if at else 0.0
            each = spent / (schools * (times - 1))
            found[f"ms_per_batch_{schools}_schools_{name}"] = round(each * 1000, 2)
            found[f"cores_{schools}_schools_{name}"] = round(each * schools * DAY / 86400, 4)
        rss = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
        found[f"rss_mb_after_10000_schools_{name}"] = int(rss.split("VmRSS:")[1].split()[0]) // 1024
    found[f"readings_per_batch_{name}"] = READINGS
    return found


def _tokens(url: str, folder: Path, ids: list[str]) -> dict[str, str]:
    engine = open_store(url)
    with engine.begin() as connection:
        pepper = load_pepper(folder / "pepper")
        tokens = {one: new_token(connection, pepper, one, f"{one}-01", time.time()) for one in ids}
    engine.dispose()
    return tokens


_DAYS = [school_day(n) for n in range(4)]


def _loads(ids: list[str], tokens: dict[str, str], at: int) -> Iterator[tuple[str, bytes]]:
    """A token and a batch of each school."""
    for n, one in enumerate(ids):
        yield tokens[one], bodies(one, _DAYS[n % len(_DAYS)], at + 1, device=f"{one}-sw")[at]


def _send(address: str, loads: list[tuple[str, bytes]]) -> None:
    waiting = iter(loads)
    lock = threading.Lock()
    failures: list[str] = []

    def work() -> None:
        while True:
            with lock:
                one = next(waiting, None)
            if one is None:
                return
            head = {
                "Authorization": f"Bearer {one[0]}",
                "Content-Type": "application/vnd.wanzhao.batch+json;v=1",
                "Content-Encoding": "zstd",
            }
            client = http.client.HTTPConnection(address.removeprefix("http://"), timeout=60)
            client.request("POST", "/v1/batches", one[1], head)
            answer = client.getresponse()
            said = answer.read()
            if answer.status != 200 or b'"rejected"' in said:
                failures.append(said.decode()[:300])
            client.close()

    threads = [threading.Thread(target=work) for _n in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise SystemExit(f"{len(failures)} batches were not stored: {failures[0]}")
