"""Processes that start in no time: a server that has imported everything and forks at each call.

A child is a process of its own in every other respect: killed, stopped, limited, or put into a network
namespace as one likes. One that has ended is cleared away at once; a file then holds its exit status.
"""

from __future__ import annotations

import contextlib
import ctypes
import dataclasses
import json
import os
import resource
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
WAIT_S = 60.0
_NEW_NET = 0x40000000


@dataclass(slots=True)
class Child:
    """A process of the fork server."""

    pid: int
    ended: Path
    log: Path

    def running(self) -> bool:
        return not self.ended.exists()

    def cpu_s(self) -> float:
        """CPU that it has used, seconds."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def kill(self) -> None:
        self.signal(signal.SIGKILL)
        self.wait()

    def signal(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, number)

    def wait(self, limit_s: float = WAIT_S) -> int:
        """The exit status, negative for a signal; fails when it does not end in time."""
        deadline = time.monotonic() + limit_s
        while not self.ended.exists():
            if time.monotonic() > deadline:
                raise AssertionError(f"process {self.pid} did not end in {limit_s} s; {self.tail()}")
            time.sleep(0.005)
        return int(self.ended.read_text())

    def tail(self) -> str:
        return f"the end of {self.log}:\n{self.log.read_text(errors='replace')[-3000:]}"


class Forks:
    """The fork server, as the tests see it."""

    def __init__(self) -> None:
        environment = {k: v for k, v in os.environ.items() if not k.startswith("WANZHAO_")}
        path = os.pathsep.join([str(ROOT), str(ROOT / "tests/support")])
        self._server = subprocess.Popen(
            [sys.executable, __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd="/",
            env=environment | {"PYTHONPATH": path, "WANZHAO_LANG": "en"},
        )
        self._count = 0
        assert self._server.stdout is not None
        assert self._server.stdout.readline() == "ready\n"

    def start(self, program: str, folder: Path, options: Any, **how: Any) -> Child:
        """``program`` is agent or collector; ``how``: env, limits (name of the limit -> value), netns."""
        assert self._server.stdin is not None
        assert self._server.stdout is not None
        folder.mkdir(parents=True, exist_ok=True)
        self._count += 1
        child = Child(0, folder / f"ended-{self._count}", folder / f"{program}.log")
        order = {"program": program, "options": dataclasses.asdict(options), "log": str(child.log)}
        self._server.stdin.write(json.dumps(order | {"ended": str(child.ended)} | how) + "\n")
        self._server.stdin.flush()
        child.pid = int(self._server.stdout.readline())
        return child

    def close(self) -> None:
        assert self._server.stdin is not None
        assert self._server.stdout is not None
        self._server.stdin.close()
        self._server.wait(WAIT_S)
        self._server.stdout.close()


@contextlib.contextmanager
def forks() -> Iterator[Forks]:
    one = Forks()
    try:
        yield one
    finally:
        one.close()


def serve() -> None:
    """Fork for each line of standard input; every child is killed when it ends."""
    import faults_agent
    import faults_collector

    programs = {"agent": faults_agent, "collector": faults_collector}
    alive: dict[int, str] = {}

    def bury(_number: int, _frame: Any) -> None:
        with contextlib.suppress(ChildProcessError):
            while (ended := os.waitpid(-1, os.WNOHANG))[0]:
                part = Path(alive[ended[0]] + ".part")
                part.write_text(str(os.waitstatus_to_exitcode(ended[1])))
                part.rename(alive.pop(ended[0]))

    signal.signal(signal.SIGCHLD, bury)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for line in sys.stdin:
        order = json.loads(line)
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
        pid = os.fork()
        if pid == 0:
            _be(programs[order["program"]], order)
        alive[pid] = order["ended"]
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
        sys.stdout.write(f"{pid}\n")
        sys.stdout.flush()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for pid in alive:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _be(program: Any, order: dict[str, Any]) -> None:
    """The child's life; never returns."""
    status = 70
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
        log = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        nothing = os.open(os.devnull, os.O_RDONLY)
        for target, source in ((0, nothing), (1, log), (2, log)):
            os.dup2(source, target)
        os.environ.update(order.get("env", {}))
        time.tzset()
        if order.get("netns"):
            with Path(f"/run/netns/{order['netns']}").open() as space:
                if ctypes.CDLL(None, use_errno=True).setns(space.fileno(), _NEW_NET):
                    raise OSError(ctypes.get_errno(), "setns")
        for name, value in order.get("limits", {}).items():
            resource.setrlimit(getattr(resource, name), (value, value))
        for group in order.get("cgroups", ()):
            Path(group).write_text(str(os.getpid()))
        status = program.run(program.Options(**order["options"]))
    except SystemExit as stop:
        status = stop.code if isinstance(stop.code, int) else 1
    except BaseException:  # noqa: BLE001 - the outermost frame of the process: its log must say why
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


if __name__ == "__main__":
    serve()
