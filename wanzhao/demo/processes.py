"""Child processes of the demo: `wanzhao` itself, started, watched and ended."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import sys
from pathlib import Path

from inventory.errors import WanzhaoError
from inventory.words import _

STOP_S = 10.0
PROGRAM = (sys.executable, "-P", "-m", "wanzhao.cli")


class Children:
    """Processes that end with the demo, each with a log file of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._running: dict[str, asyncio.subprocess.Process] = {}

    async def output(self, *arguments: str, codes: tuple[int, ...] = (0,)) -> str:
        """Run ``wanzhao ARGUMENTS`` to its end; what it printed. Raises where it ends with another code."""
        process = await asyncio.create_subprocess_exec(
            *PROGRAM,
            *arguments,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
        )
        try:
            out, err = await process.communicate()
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if process.returncode not in codes:
            raise WanzhaoError(
                _("%(name)s ended with code %(code)d: %(words)s")
                % {
                    "name": " ".join(arguments[:2]),
                    "code": process.returncode or 0,
                    "words": " | ".join(err.decode(errors="replace").splitlines()[-3:]),
                }
            )
        return out.decode(errors="replace")

    async def start(self, name: str, *arguments: str) -> None:
        """Run ``wanzhao ARGUMENTS`` and let it go on."""
        with (self._folder / f"{name}.log").open("ab") as log:
            self._running[name] = await asyncio.create_subprocess_exec(
                *PROGRAM,
                *arguments,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def check(self) -> None:
        """Raise when one of them has ended by itself; its last words are in the message."""
        for name, process in self._running.items():
            if process.returncode is not None:
                lines = (
                    (self._folder / f"{name}.log").read_text(encoding="utf-8", errors="replace").splitlines()
                )
                raise WanzhaoError(
                    _("%(name)s ended with code %(code)d: %(words)s")
                    % {"name": name, "code": process.returncode, "words": " | ".join(lines[-3:])}
                )

    async def stop(self, name: str) -> None:
        """End one process kindly, then firmly."""
        process = self._running.pop(name)
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        try:
            await asyncio.wait_for(process.wait(), STOP_S)
        except TimeoutError:
            process.kill()
            await process.wait()

    async def stop_all(self) -> None:
        await asyncio.gather(*(self.stop(name) for name in list(self._running)))


def free_port() -> int:
    """A TCP port of the loopback that nobody has now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
