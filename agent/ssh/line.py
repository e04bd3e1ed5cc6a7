"""One terminal session: log in, ask the commands of the list, leave. Nothing else can be written to it."""

from __future__ import annotations

import contextlib
import re
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import paramiko

from agent.ssh.driver import connect, disconnect, transport_of
from agent.ssh.hostkeys import KnownHosts
from agent.ssh.platform import Platform
from agent.ssh.screen import last_line, lines_seen
from agent.ssh.target import SshTarget
from agent.ssh.transport import dialled
from inventory.errors import LoginRefused, NoAnswer
from inventory.words import _

MAX_OCTETS = 4 * 1024 * 1024
"""The longest answer that is read; the full forwarding table of a large campus stays below."""

_SETTLED_S = 0.3
"""A prompt that stays the last line for so long is one: banners have lines that look like it."""
_WAKE_S = 3.0
_LATE_S = 2.0
_PIECE = 65536
_TAIL = 4096

_PAGER = re.compile(
    r"(?:-{2,} ?\(?more ?(?:\d+%)?\)? ?-{2,}|<-{1,3} ?more ?-{1,3}>|press any key to continue"
    r"|\(q to quit\)|press <space>|^lines \d+-\d+)",
    re.IGNORECASE,
)
_PASSWORD = re.compile(r"password|密码|口令", re.IGNORECASE)


class TooLong(Exception):  # noqa: N818
    """An answer of more than MAX_OCTETS; ``lines`` is its beginning."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__()
        self.lines = lines


class Line:
    """A session on one device. ``deadline`` is a time of the monotonic clock."""

    def __init__(
        self,
        target: SshTarget,
        platform: Platform,
        known: KnownHosts,
        commands: Sequence[str],
        deadline: float,
    ) -> None:
        self.target = target
        self.platform = platform
        self.known = known
        self.commands = commands
        self.deadline = deadline
        self.prompt = ""
        self.doing = _("login")
        self.driver: Any = None
        self.sock: socket.socket | None = None
        self.outdated: list[str] = []
        self.lost = False

    def open(self) -> None:
        """Connect, check the host key, log in, switch paging off. Raises DeviceError."""
        self.sock = dialled(self.target.address, self.target.port, min(self.target.timeout_s, self._left()))
        self.driver = connect(self.target, self.platform, self.known, self.commands, self.sock)
        transport = transport_of(self.driver)
        self.outdated = transport.outdated if transport else []
        with self._talking():
            self._greet()
            self._enable()
            for command in self.platform.paging_off:
                self._exchange(command)

    def permit(self, command: str) -> None:
        """One more command, made by ``platform.text_of`` from the list, that may be asked."""
        self.driver.permitted |= {command + self.driver.RETURN}

    def ask(self, command: str) -> list[str]:
        """The lines of the answer, without echo and prompt. Raises DeviceError, or TooLong: then the session
        is lost, since nothing on the list stops a device that talks."""
        self.doing = command
        with self._talking():
            return self._exchange(command)

    def close(self) -> None:
        """Say goodbye, if the device still listens, and hang up."""
        if self.driver is not None:
            with contextlib.suppress(OSError, EOFError, paramiko.SSHException, NoAnswer):
                if self.prompt:
                    self._write(self.platform.leave)
                    self._receive(_SETTLED_S)
            disconnect(self.driver)
        self.hang_up()

    def hang_up(self) -> None:
        """End the connection from any thread; whoever waits for an answer then learns that it is gone."""
        if self.sock is not None:
            with contextlib.suppress(OSError):
                self.sock.shutdown(socket.SHUT_RDWR)
            self.sock.close()

    def _greet(self) -> None:
        """Read to the first prompt; questions that come before it get their harmless answer."""
        raw = bytearray()
        answered = 0
        shape = re.compile(self.platform.prompt)
        woken = False
        until = time.monotonic() + self.target.timeout_s
        while time.monotonic() < until:
            settled = bool(shape.fullmatch(last_line(raw).strip()))
            data = self._receive(_SETTLED_S if settled else min(_WAKE_S, self.target.timeout_s))
            if data:
                raw += data
                answered = self._answered(raw, answered)
            elif settled:
                self.prompt = last_line(raw).strip()
                return
            elif not woken:
                woken = True
                self._write("")
        raise NoAnswer(
            _("no prompt of this platform after the login (last line: %(line)s)")
            % {"line": repr(last_line(raw)[:80])},
            where=self.target.where,
            do=_("check the platform's name, and log in by hand to see what the device asks"),
        )

    def _answered(self, raw: bytearray, answered: int) -> int:
        """Answer a question that stands after this many octets; how many are dealt with then."""
        seen = "\n".join(lines_seen(bytes(raw[answered:])))
        for dialog in self.platform.dialog:
            if re.search(dialog.see, seen, re.IGNORECASE):
                self.driver.write_channel(dialog.answer + self.driver.RETURN * dialog.enter)
                return len(raw)
        return answered

    def _enable(self) -> None:
        if not (self.platform.enable and self.target.enable_password and self.prompt.endswith(">")):
            return
        name = self.prompt[:-1]
        self._write(self.platform.enable)
        raw = self._read_to(lambda line: bool(_PASSWORD.search(line)) or line.strip() == f"{name}#")
        if _PASSWORD.search(last_line(raw)):
            self.driver.write_secret(self.target.enable_password)
            raw = self._read_to(
                lambda line: line.strip() in (f"{name}#", f"{name}>") or bool(_PASSWORD.search(line))
            )
        self.prompt = last_line(raw).strip()
        if self.prompt != f"{name}#":
            raise LoginRefused(
                _("the device did not take the enable password"),
                where=self.target.where,
                do=_("check the enable password of this user"),
            )

    def _exchange(self, command: str) -> list[str]:
        self._write(command)
        raw = self._read_to(lambda line: line.strip() == self.prompt, echo=command)
        return _body(lines_seen(bytes(raw)), command, self.prompt)

    def _read_to(self, ended: Callable[[str], bool], echo: str = "") -> bytearray:
        """The octets up to a last line that ends the answer; pagers are asked for the next page. A prompt
        before the echo of the command belongs to what was before, unless nothing follows."""
        raw = bytearray()
        paged = 0
        more = re.compile(self.platform.pager, re.IGNORECASE) if self.platform.pager else _PAGER
        until = time.monotonic() + self.target.timeout_s
        while time.monotonic() < until:
            data = self._receive(min(_LATE_S, max(0.01, until - time.monotonic())))
            if not data and any(ended(line) for line in lines_seen(bytes(raw[-_TAIL:]))):
                return raw  # a log message came behind the prompt
            if not data:
                continue
            raw += data
            until = time.monotonic() + self.target.timeout_s
            if len(raw) > MAX_OCTETS:
                raise TooLong(_body(lines_seen(bytes(raw[:MAX_OCTETS])), self.doing, self.prompt)[:-1])
            if ended(last_line(raw)) and _echoed(raw, echo):
                return raw
            if more.search(last_line(raw[max(paged, len(raw) - _TAIL) :])):
                paged = len(raw)
                self.driver.write_channel(" ")
        raise NoAnswer(
            _("no end of the answer in %(seconds).0f s (at: %(doing)s)")
            % {"seconds": self.target.timeout_s, "doing": self.doing},
            where=self.target.where,
            do=_("give the device more time, or check the platform's name"),
        )

    def _receive(self, wait_s: float) -> bytes:
        """What arrives next, or nothing in this time. netmiko's own reading asks every few milliseconds and
        reads on as long as anything comes; this waits without work and is bounded."""
        channel = self.driver.remote_conn
        channel.settimeout(max(0.01, min(wait_s, self._left())))
        try:
            data = bytes(channel.recv(_PIECE))
        except TimeoutError:
            return b""
        if not data:
            raise EOFError
        return data

    def _write(self, line: str) -> None:
        self.driver.write_channel(line + self.driver.RETURN)

    def _left(self) -> float:
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise NoAnswer(
                _("the time for this device is used up (at: %(doing)s)") % {"doing": self.doing},
                where=self.target.where,
                do=_("give it more time, or ask fewer facts of it"),
            )
        return left

    @contextlib.contextmanager
    def _talking(self) -> Iterator[None]:
        try:
            yield
        except (EOFError, OSError, paramiko.SSHException) as error:
            self._left()
            raise NoAnswer(
                _("the device ended the SSH session (at: %(doing)s)") % {"doing": self.doing},
                where=self.target.where,
                do=_("check its limit of sessions and what its log says"),
            ) from error


def _body(lines: list[str], command: str, prompt: str) -> list[str]:
    """An answer without the echo of the command, which may be broken over lines, and without the prompt."""
    body = lines[_echo_lines(lines, command, prompt) :]
    ends = [place for place, line in enumerate(body) if line.strip() == prompt]
    return body[: ends[-1]] if ends else body


def _echoed(raw: bytearray, command: str) -> bool:
    seen = "".join("".join(lines_seen(bytes(raw[:_TAIL]))).split())
    return "".join(command.split()) in seen


def _echo_lines(lines: list[str], command: str, prompt: str) -> int:
    """How many lines at the beginning are the echo."""
    wanted = "".join(command.split())
    echoed = ""
    for place, line in enumerate(lines[:6]):
        echoed += "".join(line.strip().removeprefix(prompt).split())
        if echoed == wanted:
            return place + 1
        if not wanted.startswith(echoed):
            return 0
    return 0
