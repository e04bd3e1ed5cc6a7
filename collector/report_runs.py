"""Reports that somebody orders in the console: made one after another beside the collector's other work, kept
with the hashes of their files, and handed out again as they were.

The data of a report and the hash of every file are in the store for good; the files themselves are in a
folder of this collector, those of the newest reports. What is gone can be made again from the same data.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import shutil
import threading
import time
import zipfile
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO, Literal, TypeAlias

from sqlalchemy import Engine

from collector.judging import Plan, plan_in_force
from collector.people import audit
from collector.people.audit import By
from collector.reporting import keep, reported
from collector.store.reports import read_reports
from inventory.errors import InputError, Refused, WanzhaoError
from inventory.log import get_logger
from inventory.report_basis import LastReport, ReportBasis
from inventory.verdict import CountyView
from inventory.words import Language, _, speaking

log = get_logger(__name__)

WriteFiles: TypeAlias = Callable[
    [CountyView, ReportBasis, Language, Sequence[str]], Iterator[tuple[str, bytes]]
]
"""The files of a report in some formats, one after another: name (folders with "/") and bytes."""
Stage = Literal["waiting", "judging", "writing", "done", "failed"]

DATA_FILE = "report.json"
WAITING = 3
"""So many orders may wait."""
REMEMBERED = 20
"""So many orders are shown; what they made is kept for good."""
KEPT = 30
"""Of so many reports the files stay."""
_SHA256 = re.compile(r"[0-9a-f]{64}")
_NAME = re.compile(r"([A-Za-z0-9_-]+/)?[A-Za-z0-9_-]+(\.[a-z0-9]+)+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What somebody asks for. ``as_of``: seconds since 1970, None is now; an empty ``seed`` draws the schools
    for the test on site by what is asked."""

    plan: str
    language: Language
    forms: tuple[str, ...]
    by: By
    as_of: float | None = None
    seed: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """An order and how far it is. ``files`` are those that are written, by name; ``sha256`` is that of the
    report's data, when it is done."""

    id: str
    order: Order
    started_at: float
    stage: Stage = "waiting"
    files: Mapping[str, str] = field(default_factory=dict)
    sha256: str = ""
    error: str = ""
    ended_at: float | None = None

    @property
    def is_over(self) -> bool:
        """Whether nothing more happens."""
        return self.stage in ("done", "failed")


class ReportRuns:
    """The orders of this process, and the files of reports in a folder."""

    def __init__(
        self,
        engine: Engine,
        plans: Sequence[Plan],
        folder: Path,
        write: WriteFiles,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._engine = engine
        self._plans = {plan.profile.id: plan for plan in plans}
        self._folder = folder
        self._write = write
        self._clock = clock
        self._runs: deque[Run] = deque(maxlen=REMEMBERED)
        self._lock = threading.Lock()
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="report")

    def start(self, order: Order) -> Run:
        """Take an order; Refused (429) where too many wait."""
        with self._lock:
            if sum(not run.is_over for run in self._runs) >= WAITING:
                raise Refused(_("too many reports are being made; wait a while"), status=429)
            run = Run(id=secrets.token_hex(8), order=order, started_at=self._clock())
            self._runs.append(run)
        self._worker.submit(self._work, run)
        return run

    def find(self, run_id: str) -> Run | None:
        """An order by its id."""
        with self._lock:
            return next((run for run in self._runs if run.id == run_id), None)

    def running(self) -> list[Run]:
        """The orders that are not done, and those that have failed; the newest first."""
        with self._lock:
            return [run for run in reversed(self._runs) if run.stage != "done"]

    def kept(self) -> list[LastReport]:
        """Every report that was handed out, the newest first."""
        with self._engine.connect().execution_options(reads_only=True) as connection:
            return sorted(read_reports(connection), key=lambda report: -report.made_at)

    def is_here(self, report: LastReport) -> bool:
        """Whether the files of a report are in this collector's folder."""
        return (self._folder / report.sha256 / DATA_FILE).is_file()

    def file(self, report: LastReport, name: str) -> bytes | None:
        """A file of a report as it was handed out; None where it is not here. InputError where it has
        changed."""
        if name not in report.files or not _NAME.fullmatch(name) or not _SHA256.fullmatch(report.sha256):
            return None
        path = self._folder / report.sha256 / name
        if not path.is_file():
            return None
        content = path.read_bytes()
        if hashlib.sha256(content).hexdigest() != report.files[name]:
            raise InputError(
                _("the file is damaged: it is not the one that was handed out"),
                where=name,
                do=_("have the report made again, as of the same time"),
            )
        return content

    def pack(self, report: LastReport, out: IO[bytes]) -> int:
        """Every file of a report that is here, as a ZIP archive; how many."""
        number = 0
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for name in sorted(report.files):
                if (content := self.file(report, name)) is not None:
                    archive.writestr(zipfile.ZipInfo(name), content)
                    number += 1
        return number

    def close(self) -> None:
        """Take no more orders; what is being made is not waited for."""
        self._worker.shutdown(wait=False, cancel_futures=True)

    def _tell(self, run: Run, **changes: object) -> Run:
        new = replace(run, **changes)  # type: ignore[arg-type]
        with self._lock:
            for at, each in enumerate(self._runs):
                if each.id == run.id:
                    self._runs[at] = new
        return new

    def _work(self, run: Run) -> None:
        with speaking(run.order.language):
            try:
                self._make(run)
            except WanzhaoError as error:
                self._fail(run, str(error))
            except Exception:
                # The outermost loop of a worker: who has ordered has to be told, and the next one is made.
                log.exception("a report could not be made")
                self._fail(run, _("the report could not be made; the log of the collector says why"))

    def _fail(self, run: Run, why: str) -> None:
        self._tell(run, stage="failed", error=why, ended_at=self._clock())

    def _make(self, run: Run) -> None:
        order = run.order
        now = self._clock()
        as_of = now if order.as_of is None else order.as_of
        run = self._tell(run, stage="judging")
        profile = plan_in_force(self._engine, self._plans[order.plan], order.as_of).profile
        view, basis = reported(self._engine, profile, as_of, now, order.seed)
        run = self._tell(run, stage="writing")
        part = self._folder / f".{run.id}"
        try:
            data = b""
            for name, content in self._write(view, basis, order.language, order.forms):
                own = _own_name(name, order.language)
                path = part / own
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
                data = content if own == DATA_FILE else data
                run = self._tell(run, files={**run.files, own: hashlib.sha256(content).hexdigest()})
            sha256 = hashlib.sha256(data).hexdigest()
            self._put(part, self._folder / sha256)
        finally:
            shutil.rmtree(part, ignore_errors=True)
        by = order.by
        files = dict(run.files)
        keep(self._engine, view, data, files, sha256=sha256, by=by.who, now=now)
        with self._engine.begin() as connection:
            told = {"plan": order.plan, "as_of": as_of, "files": len(files)}
            audit.write(connection, now, by, "report_made", sha256, None, told)
        self._tidy()
        self._tell(run, stage="done", sha256=sha256, ended_at=self._clock())

    def _put(self, part: Path, place: Path) -> None:
        """The files of a report into its folder; those in other languages that are there already stay."""
        for path in sorted(part.rglob("*")):
            if path.is_file():
                to = place / path.relative_to(part)
                to.parent.mkdir(parents=True, exist_ok=True)
                path.replace(to)

    def _tidy(self) -> None:
        made = [path for path in self._folder.iterdir() if _SHA256.fullmatch(path.name)]
        for old in sorted(made, key=lambda path: path.stat().st_mtime, reverse=True)[KEPT:]:
            shutil.rmtree(old, ignore_errors=True)


def _own_name(name: str, language: Language) -> str:
    """Reports of the same data in two languages are files of the same report."""
    if language == "zh" or name == DATA_FILE:
        return name
    head, dot, ending = name.rpartition(".")
    return f"{head}.{language}{dot}{ending}"
