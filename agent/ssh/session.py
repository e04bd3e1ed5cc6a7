"""One device read over SSH: in a thread of a small pool, within a limit of time, one connection a device."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from agent.privacy import Stations
from agent.ssh.answers import Answer, cut, facts_of, refused, timed_out, understood
from agent.ssh.hostkeys import KnownHosts
from agent.ssh.line import Line, TooLong
from agent.ssh.parse import parsed
from agent.ssh.platform import Command, Fact, Platform, platform_named, text_of
from agent.ssh.target import SshTarget
from agent.ssh.text import refusal
from agent.ssh.told import SshFacts, SshOutcome
from inventory.errors import DeviceError, HostKeyError, LoginRefused, NoAnswer, sentence
from inventory.log import get_logger
from inventory.words import _

log = get_logger(__name__)

LIMIT_S = 120.0
"""Seconds for one device, all commands together."""
THREADS = 4

_GRACE_S = 2.0
_MOST_INTERFACES = 64


@dataclass(frozen=True, slots=True)
class Want:
    """A fact; for a command about one port, with its parameters."""

    fact: Fact
    parameters: dict[str, str] = field(default_factory=dict)


class SshPool:
    """So many devices at a time, each by one connection. Close it, or use it in a with statement."""

    def __init__(self, threads: int = THREADS) -> None:
        self.threads = ThreadPoolExecutor(threads, thread_name_prefix="wanzhao-ssh")
        self._devices: dict[str, asyncio.Lock] = {}

    def device(self, where: str) -> asyncio.Lock:
        """What whoever talks to this device holds."""
        return self._devices.setdefault(where, asyncio.Lock())

    def close(self) -> None:
        """Take no more work; what runs ends within its limit."""
        self.threads.shutdown(wait=False, cancel_futures=True)

    def __enter__(self) -> SshPool:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()


async def read_ssh(
    target: SshTarget,
    wants: Sequence[Fact | Want],
    *,
    known_hosts: KnownHosts,
    pool: SshPool,
    limit_s: float = LIMIT_S,
    stations: Stations | None = None,
) -> SshFacts:
    """What a device tells of these facts. Nothing is raised for what a device does: ``outcome`` and ``notes``
    say it. Raises ConfigError for a platform that does not exist or a key file that cannot be read. A fact
    that the platform has no command for is left out; ask ``platform_named(...).facts``. Commands about one
    interface are asked of each that has an address."""
    asked = [want if isinstance(want, Want) else Want(want) for want in wants]
    platform = platform_named(target.platform)
    loop = asyncio.get_running_loop()
    async with pool.device(target.where):
        visit = _Visit(target, platform, known_hosts, asked, limit_s, stations or Stations.of_this_run())
        work = loop.run_in_executor(pool.threads, visit.facts)
        try:
            return await asyncio.shield(work)
        except asyncio.CancelledError:
            visit.give_up()
            raise


class _Visit:
    """One session, run in a thread; ``give_up`` may be called from another."""

    def __init__(
        self,
        target: SshTarget,
        platform: Platform,
        known: KnownHosts,
        wants: Sequence[Want],
        limit_s: float,
        stations: Stations,
    ) -> None:
        self.target = target
        self.platform = platform
        self.known = known
        self.wants = wants
        self.limit_s = limit_s
        self.stations = stations
        self.line: Line | None = None
        self.given_up = False

    def facts(self) -> SshFacts:
        """Log in, ask, leave."""
        began = time.monotonic()
        answers: list[Answer] = []
        notes: list[str] = []
        outcome: SshOutcome = "ok"
        line = Line(self.target, self.platform, self.known, list(self._texts()), began + self.limit_s)
        self.line = line
        # Whatever a library may be waiting for, the connection ends with the time.
        watch = threading.Timer(self.limit_s + _GRACE_S, line.hang_up)
        watch.daemon = True
        watch.start()
        try:
            if not self.given_up:
                line.open()
                self._ask_all(line, answers, notes)
        except DeviceError as error:
            outcome = "ok" if line.prompt else _outcome_of(error)
            notes.append(str(error))
            log.info("%s", error)
        finally:
            watch.cancel()
            line.close()
        if line.outdated:
            notes.append(_outdated_note(self.target.where, line.outdated))
        return facts_of(
            self.target.platform, outcome, answers, notes, self.stations, time.monotonic() - began
        )

    def give_up(self) -> None:
        """End the session from outside."""
        self.given_up = True
        if self.line is not None:
            self.line.hang_up()

    def _texts(self) -> dict[str, tuple[Want, Command]]:
        """Every command of this visit by the text to send; each once, though two facts may need it."""
        texts = {}
        for want in [*self.wants, *self._addresses_first()]:
            for command in self.platform.commands(want.fact):
                if ("{" in command.send) == bool(want.parameters):
                    texts[text_of(self.platform, command.send, want.parameters)] = (want, command)
        return texts

    def _addresses_first(self) -> list[Want]:
        """The interfaces, where a command about one of them is wanted for all."""
        about_one = {item.fact for item in self.platform.command if "{" in item.send}
        needed = any(want.fact in about_one and not want.parameters for want in self.wants)
        return [Want("addresses")] if needed else []

    def _ask_all(self, line: Line, answers: list[Answer], notes: list[str]) -> None:
        answered: dict[Fact, bool] = {}
        for text, (want, command) in self._texts().items():
            if command.otherwise and answered.get(want.fact):
                continue
            answer = self._ask(line, text, command, answers, notes)
            answered[want.fact] = answered.get(want.fact, False) or answer.table.status != "unsupported"
            if line.lost:
                return
        for text, command in self._of_interfaces(answers):
            line.permit(text)
            if self._ask(line, text, command, answers, notes).table.status == "unsupported" or line.lost:
                return

    def _ask(
        self, line: Line, text: str, command: Command, answers: list[Answer], notes: list[str]
    ) -> Answer:
        answer = _asked(line, text, command)
        answers.append(answer)
        if line.lost:
            notes.append(f"{text}: {answer.table.detail}")
        return answer

    def _of_interfaces(self, answers: Sequence[Answer]) -> Iterator[tuple[str, Command]]:
        """The commands about one interface, for each that has an IPv6 address of its own, where a want named
        none."""
        wanted = {want.fact for want in self.wants if not want.parameters}
        commands = [item for item in self.platform.command if item.fact in wanted and "{" in item.send]
        addresses = [row for answer in answers for row in answer.told.addresses or []]
        ports = {port: None for port, item in addresses if port and item.scope in ("global", "ula")}
        for command in commands:
            for port in list(ports)[:_MOST_INTERFACES]:
                name = "".join(port.split())
                with contextlib.suppress(DeviceError):  # a name that no command may carry
                    yield text_of(self.platform, command.send, {"interface": name}), command


def _asked(line: Line, text: str, command: Command) -> Answer:
    began = time.monotonic()
    try:
        lines = line.ask(text)
    except TooLong as error:
        line.lost = True
        return cut(text, parsed(command, error.lines), time.monotonic() - began)
    except NoAnswer as error:
        line.lost = True
        return timed_out(text, str(error), time.monotonic() - began)
    seconds = time.monotonic() - began
    if (no := refusal(lines)) is not None:
        return refused(text, no, seconds)
    return understood(text, parsed(command, lines), seconds)


def _outcome_of(error: DeviceError) -> SshOutcome:
    if isinstance(error, HostKeyError):
        return "host_key"
    if isinstance(error, LoginRefused):
        return "login"
    return "no_answer" if isinstance(error, NoAnswer) else "refused"


def _outdated_note(where: str, names: Sequence[str]) -> str:
    what = _("its SSH server offers only outdated algorithms (%(names)s)") % {"names": ", ".join(names)}
    return sentence(where, what, _("upgrade its software or its SSH settings"))
