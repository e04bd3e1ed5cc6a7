"""The whole line as real processes: a collector, agents, and what they are told. Everything on loopback."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from wanzhao.demo.processes import free_port

ROOT = Path(__file__).resolve().parents[2]
WAIT_S = 120.0
ENV = {k: v for k, v in os.environ.items() if not k.startswith("WANZHAO_")} | {
    "WANZHAO_LANG": "en",
    "PYTHONPATH": str(ROOT),
    "PYTHONUNBUFFERED": "1",
}


def wanzhao(*arguments: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run one command to its end."""
    return subprocess.run(
        [sys.executable, "-m", "wanzhao.cli", *arguments],
        cwd="/",
        env=ENV | (env or {}),
        capture_output=True,
        text=True,
        timeout=WAIT_S,
        check=False,
    )


def until(condition: Callable[[], Any], what: str) -> Any:
    """Wait for something to become true; fail with what it was."""
    deadline = time.monotonic() + WAIT_S
    while time.monotonic() < deadline:
        with contextlib.suppress(httpx.HTTPError):
            if found := condition():
                return found
        time.sleep(0.1)
    raise AssertionError(f"did not happen in {WAIT_S:.0f} s: {what}")


@dataclass(frozen=True, slots=True)
class Box:
    """A device of the line: where it answers SNMP, and what it is to the agent."""

    id: str
    port: int
    role: str = "gateway"
    community: str = "public"


@dataclass(slots=True)
class Line:
    """One county on this machine."""

    folder: Path
    interval_s: int = 2
    port: int = field(default_factory=free_port)
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    pages: dict[str, str] = field(default_factory=dict)
    """Campus -> HOST:PORT of its agent's metrics"""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def config(self) -> Path:
        return self.folder / "collector.toml"

    def set_up(self, register: Path, plan: Path) -> None:
        """Write the collector's configuration and import a register."""
        self.config.write_text(
            f"[collector]\nstate_dir = {json.dumps(str(self.folder / 'state'))}\n"
            f'listen = "127.0.0.1:{self.port}"\n'
            f"profiles = [{json.dumps(str(plan))}]\njudge_interval_s = 0.5\n",
            encoding="utf-8",
        )
        done = wanzhao("inventory", "import", str(register), "--apply", "--config", str(self.config))
        assert done.returncode == 0, done.stderr

    def start_collector(self) -> None:
        self._start("collector", "collector", "run", "--config", str(self.config))
        until(lambda: httpx.get(f"{self.url}/-/healthy").status_code == 200, "the collector is healthy")

    def start_agent(self, campus: str, boxes: list[Box]) -> None:
        """Enrol and start the agent of a campus."""
        code = wanzhao("collector", "enrol", campus, "--config", str(self.config))
        assert code.returncode == 0, code.stderr
        token = self.folder / f"{campus}.token"
        done = wanzhao(
            "agent",
            "enrol",
            "--collector",
            self.url,
            "--code",
            code.stdout.split()[0],
            "--token-file",
            str(token),
        )
        assert done.returncode == 0, done.stderr
        self.run_agent(campus, boxes, token)

    def run_agent(self, campus: str, boxes: list[Box], token: Path) -> None:
        """Start the agent of a campus, which has a token."""
        home = self.folder / campus
        home.mkdir()
        self.pages[campus] = f"127.0.0.1:{free_port()}"
        devices = "".join(
            f'[[agent.device]]\nid = "{box.id}"\naddress = "127.0.0.1"\n'
            f'port = {box.port}\nrole = "{box.role}"\n'
            f'community = "plain:{box.community}"\ntimeout_s = 1.0\nretries = 1\n'
            for box in boxes
        )
        (home / "agent.toml").write_text(
            f'[agent]\ncampus = "{campus}"\nstate_dir = {json.dumps(str(home))}\n'
            f'poll_interval_s = {self.interval_s}\nmetrics_listen = "{self.pages[campus]}"\n'
            f'[agent.collector]\nurl = "{self.url}"\n'
            f"token = {json.dumps(f'file:{token}')}\n{devices}",
            encoding="utf-8",
        )
        self._start(campus, "agent", "run", "--config", str(home / "agent.toml"))

    def kill(self, name: str) -> None:
        """kill -9, as a power cut would."""
        self.running[name].send_signal(signal.SIGKILL)
        self.running.pop(name).wait()

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text(encoding="utf-8", errors="replace")

    def report(self) -> dict[str, Any]:
        """The JSON report as it stands."""
        answer = httpx.get(f"{self.url}/report/report.json")
        answer.raise_for_status()
        return dict(answer.json())

    def metrics(self) -> str:
        return httpx.get(f"{self.url}/probe").text

    def school_states(self) -> dict[tuple[str, str], str]:
        """(target, school) -> state, from the scrape page."""
        states = {}
        for line in self.metrics().splitlines():
            if line.startswith("wanzhao_school_target_state{"):
                labels = dict(part.split("=", 1) for part in line.split("{")[1].split("}")[0].split(","))
                clean = {name: value.strip('"') for name, value in labels.items()}
                states[(clean["target"], clean["school"])] = clean["state"]
        return states

    def _start(self, name: str, *arguments: str) -> None:
        with (self.folder / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                [sys.executable, "-m", "wanzhao.cli", *arguments], cwd="/", env=ENV, stdout=log, stderr=log
            )

    def close(self) -> None:
        for process in self.running.values():
            process.terminate()
        for process in self.running.values():
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@contextlib.contextmanager
def line(folder: Path, **options: Any) -> Iterator[Line]:
    """A line that ends with the block."""
    one = Line(folder, **options)
    try:
        yield one
    finally:
        one.close()
