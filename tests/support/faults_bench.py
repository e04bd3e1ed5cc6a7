"""A county under faults: a collector, agents and the line between them, and the check at the end."""

from __future__ import annotations

import contextlib
import inspect
import json
import os
import random
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

import faults_agent
import faults_collector
import httpx
import pytest
from faults_checker import Story, complaints, install_audit, read_story
from faults_fork import Child, Forks
from faults_postgres import Server
from faults_proxy import Proxy, proxy
from faults_school import School
from sqlalchemy import Connection, create_engine

from agent.spool import Spool
from collector.store.engine import open_store
from collector.store.tokens import load_pepper, new_token
from wanzhao.demo.processes import free_port

T = TypeVar("T")
LONG = os.environ.get("WANZHAO_FAULTS", "") == "long"
FIRST_SEED = int(os.environ.get("WANZHAO_FAULTS_SEED", "20260923"))
only_long = pytest.mark.skipif(not LONG, reason="only in the long form: make faults")
needs_gaps = pytest.mark.skipif(
    "keep_s" not in inspect.signature(Spool).parameters, reason="this spool does not say what it lost"
)
PAST_S = 30 * 86400
"""Rounds begin so long ago; no batch is refused as one of the future."""


def seeds(short: int, long: int) -> list[int]:
    """The seeds of a test: few in `make test`, many in `make faults`; WANZHAO_FAULTS_SEED sets the first."""
    return [FIRST_SEED + n for n in range(long if LONG else short)]


def scaled(short: T, long: T) -> T:
    """The one in `make test`, the other in `make faults`."""
    return long if LONG else short


@dataclass(slots=True)
class Agent:
    """One agent: its options, and the life that it has now."""

    options: faults_agent.Options
    child: Child | None = None

    @property
    def folder(self) -> Path:
        return Path(self.options.folder)

    @property
    def school(self) -> School:
        o = self.options
        return School(o.campus, o.seed, o.start, o.interval_s, o.devices, o.weight)

    @property
    def story(self) -> Story:
        return read_story(self.school, self.folder / "history")

    def last_round(self) -> int:
        return max(self.story.built.values(), default=self.options.first)

    def arm(self) -> Path:
        (self.folder / "armed").touch()
        return self.folder / "armed"


@dataclass(slots=True)
class Bench:
    """The whole county of one test, in one folder."""

    folder: Path
    forks: Forks
    seed: int
    database: str
    server: Server | None = None
    port: int = field(default_factory=free_port)
    host: str = "127.0.0.1"
    collector: Child | None = None
    collector_options: dict[str, Any] = field(default_factory=dict)
    agents: list[Agent] = field(default_factory=list)
    rng: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self.rng = random.Random(self.seed)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.write_config()
        engine = open_store(self.database)
        self.pepper = load_pepper(self.folder / "state/pepper")
        with engine.begin() as connection:
            install_audit(connection)
        engine.dispose()

    pepper: Any = field(init=False)

    @property
    def config(self) -> Path:
        return self.folder / "collector.toml"

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"

    def write_config(self) -> None:
        self.config.write_text(
            f"[collector]\nstate_dir = {json.dumps(str(self.folder / 'state'))}\n"
            f"database = {json.dumps(self.database)}\n"
            f'listen = "{self.host}:{self.port}"\njudge_interval_s = 3600\n',
            encoding="utf-8",
        )

    def start_collector(
        self, *, wait: bool = True, how: dict[str, Any] | None = None, **options: Any
    ) -> Child:
        """Start the collector; ``options`` are those of faults_collector, ``how`` those of Forks.start."""
        chosen = faults_collector.Options(
            **({"folder": str(self.folder), "config": str(self.config)} | options)
        )
        self.collector = self.forks.start("collector", self.folder, chosen, **(how or {}))
        if wait:
            self.wait_for_collector()
        return self.collector

    def wait_for_collector(self) -> None:
        self.until(self.healthy, "the collector is healthy")

    def supervise_collector(self) -> None:
        """As systemd does it: a collector that has ended is started again, until it is healthy."""

        def look() -> bool:
            if not (self.collector and self.collector.running()):
                self.start_collector(wait=False)
            return self.healthy()

        self.until(look, "the collector is healthy")

    def healthy(self) -> bool:
        with contextlib.suppress(httpx.HTTPError):
            return httpx.get(f"{self.url}/-/healthy", timeout=2, trust_env=False).status_code == 200
        return False

    def enrol(self, number: int = 0, **options: Any) -> Agent:
        """A new agent of a campus of its own, not started."""
        campus = f"21339{number + 10000:05d}-01"
        engine = create_engine(self.database)
        with engine.begin() as connection:
            token = new_token(connection, self.pepper, campus[:10], campus, time.time())
        engine.dispose()
        file = self.folder / f"token-{campus}"
        file.write_text(token + "\n", encoding="ascii")
        file.chmod(0o600)
        interval_s = options.get("interval_s", 60)
        defaults: dict[str, Any] = {
            "folder": str(self.folder / campus),
            "url": self.url,
            "token": f"file:{file}",
            "campus": campus,
            "seed": self.seed + number,
            "start": int(time.time() - PAST_S) // interval_s * interval_s,
        }
        agent = Agent(faults_agent.Options(**(defaults | options)))
        agent.folder.mkdir(parents=True, exist_ok=True)
        (agent.folder / "history").touch()
        self.agents.append(agent)
        return agent

    def start(self, agent: Agent, *, how: dict[str, Any] | None = None, **changes: Any) -> Child:
        """One life of an agent, with these options changed for it."""
        options = replace(agent.options, life=self.rng.getrandbits(32), **changes)
        agent.child = self.forks.start("agent", agent.folder, options, **(how or {}))
        return agent.child

    def finish(self, agent: Agent, rounds: int = 20, limit_s: float = 60, **changes: Any) -> None:
        """Let an agent tell a few rounds more, ship all that waits, and end. A state that was mistaken has
        been told anew by then: every device answers at least once in so many rounds."""
        if agent.child and agent.child.running():
            agent.child.kill()
        last = agent.last_round() + rounds * agent.options.stride
        merged: dict[str, Any] = {"pace_s": 0.0, "at_most_waiting": 2, "failpoint": ""} | changes
        status = self.start(agent, until=last, **merged).wait(limit_s)
        assert agent.child is not None
        assert status == 0, f"the agent ended with {status}; {agent.child.tail()}"

    def until(self, condition: Callable[[], Any], what: str, limit_s: float = 60) -> Any:
        deadline = time.monotonic() + limit_s
        while time.monotonic() < deadline:
            if found := condition():
                return found
            time.sleep(0.02)
        tail = self.collector.tail() if self.collector else ""
        raise AssertionError(f"seed {self.seed}: did not happen in {limit_s} s: {what}; {tail}")

    def collector_rss_mib(self) -> float:
        """Memory of the collector's process that is not shared with the fork server, MiB."""
        assert self.collector is not None
        lines = Path(f"/proc/{self.collector.pid}/smaps_rollup").read_text().splitlines()
        private = sum(int(line.split()[1]) for line in lines if line.startswith("Private_"))
        return private / 1024

    def collector_files(self) -> int:
        assert self.collector is not None
        return len(list(Path(f"/proc/{self.collector.pid}/fd").iterdir()))

    def copy_database(self) -> str:
        """The URL of a copy of the database as it is; nobody may use it meanwhile."""
        if self.server:
            return self.server.new_database(like=self.database)
        copy = self.folder / f"copy-{len(list(self.folder.glob('copy-*')))}.db"
        for suffix in ("", "-wal"):
            part = self.folder / f"collector.db{suffix}"
            if part.exists():
                shutil.copy(part, f"{copy}{suffix}")
        return f"sqlite:///{copy}"

    def set_back(self, copy: str) -> None:
        """Use this copy from now on."""
        self.database = copy
        self.write_config()

    @contextlib.contextmanager
    def connection(self) -> Iterator[Connection]:
        engine = create_engine(self.database)
        with engine.connect() as connection:
            yield connection
        engine.dispose()

    def complaints(self, *agents: Agent, **how: Any) -> list[str]:
        """What the checker says of one campus."""
        with self.connection() as connection:
            return complaints(connection, [agent.story for agent in agents], **how)

    def check(self, **how: Any) -> None:
        """Fail with every complaint and with the seed that brings it back."""
        found = [f"{a.options.campus}: {line}" for a in self.agents for line in self.complaints(a, **how)]
        assert not found, "\n".join([f"WANZHAO_FAULTS_SEED={self.seed}", *found])

    def proxy(self, seed: int = 0) -> contextlib.AbstractContextManager[Proxy]:
        return proxy(self.host, self.port, self.seed + seed)

    def close(self) -> None:
        for child in [self.collector, *(agent.child for agent in self.agents)]:
            if child and child.running():
                child.signal(signal.SIGCONT)
                child.kill()
