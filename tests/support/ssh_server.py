"""A real SSH server (paramiko) on 127.0.0.1 that plays the terminal of a network device.

    with playing(Script(prompt="<sw>", answers={"display version": "..."})) as server: ...

It keeps what it was sent: ``server.typed`` line by line, ``server.passwords`` at the login.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache

import paramiko


@cache
def host_key(kind: str = "ecdsa") -> paramiko.PKey:
    """A host key; made once a run, since RSA takes its time."""
    return paramiko.ECDSAKey.generate() if kind.startswith("ecdsa") else paramiko.RSAKey.generate(2048)


@dataclass
class Script:
    """How the device behaves.

    ``answers`` by the line typed, ``pages`` for answers that stop at a pager by themselves: the next piece
    comes for a space. ``more`` pages after so many lines until a line of ``paging_off`` was typed. ``wide``
    breaks the echo at so many columns. ``slow_s`` waits before every answer, ``silent_s`` before the first
    word. ``drop_at`` hangs up and ``stall_at`` falls silent in the middle of the answer to this line.
    ``enable`` is the password that turns ">" into "#", ``asks`` a question before the first prompt, ``late``
    a log message behind each prompt."""

    prompt: str = "<sw>"
    banner: str = ""
    answers: Mapping[str, str | bytes] = field(default_factory=dict)
    pages: Mapping[str, Sequence[str]] = field(default_factory=dict)
    unknown: str = "% Unrecognized command found at '^' position."
    paging_off: Sequence[str] = ()
    more: int = 0
    pager: bytes = b"  ---- More ----"
    pager_gone: bytes = b"\x1b[42D" + b" " * 42 + b"\x1b[42D"
    wide: int = 0
    slow_s: float = 0.0
    silent_s: float = 0.0
    drop_at: str = ""
    stall_at: str = ""
    enable: str = ""
    asks: str = ""
    user: str = "wanzhao"
    password: str = "s3cret-Pass"
    public_key: str = ""
    key: str = "ecdsa"
    kex: Sequence[str] = ()
    ciphers: Sequence[str] = ()
    key_types: Sequence[str] = ()
    late: str = ""


class Server(paramiko.ServerInterface):
    """One login; shared by the connections of a test."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.passwords: list[str] = []
        self.typed: list[str] = []
        self.logins = 0
        self.keys_shown = 0
        self.open_now = 0
        self.most_open = 0
        self.port = 0

    def check_auth_password(self, username: str, password: str) -> int:
        self.passwords.append(password)
        fine = username.partition("+")[0] == self.script.user and password == self.script.password
        return paramiko.AUTH_SUCCESSFUL if fine else paramiko.AUTH_FAILED

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        self.keys_shown += 1
        fine = username == self.script.user and key.get_base64() == self.script.public_key
        return paramiko.AUTH_SUCCESSFUL if fine else paramiko.AUTH_FAILED

    def get_allowed_auths(self, _username: str) -> str:
        return "publickey,password" if self.script.public_key else "password"

    def check_channel_request(self, _kind: str, _chanid: int) -> int:
        return paramiko.OPEN_SUCCEEDED

    def check_channel_pty_request(self, *_args: object) -> bool:
        return True

    def check_channel_shell_request(self, channel: paramiko.Channel) -> bool:
        threading.Thread(target=_Terminal(self, channel).run, daemon=True).start()
        return True

    @property
    def fingerprint(self) -> str:
        return str(host_key(self.script.key).fingerprint)


class _Terminal:
    def __init__(self, server: Server, channel: paramiko.Channel) -> None:
        self.server = server
        self.script = server.script
        self.channel = channel
        self.paging = bool(self.script.more)
        self.prompt = self.script.prompt
        self.buffer = b""

    def run(self) -> None:
        server = self.server
        server.logins += 1
        server.open_now += 1
        server.most_open = max(server.most_open, server.open_now)
        with suppress(OSError, EOFError):
            self._session()
        server.open_now -= 1
        with suppress(OSError, EOFError):
            self.channel.close()

    def _session(self) -> None:
        time.sleep(self.script.silent_s)
        self._send(self.script.banner)
        if self.script.asks:
            self._send(self.script.asks)
            self.server.typed.append(self._line())
            self._send("\r\n")
        self._send(self.prompt)
        while (line := self._line()) is not None and self._obey(line):
            pass

    def _obey(self, line: str) -> bool:
        script = self.script
        self.server.typed.append(line)
        if line in ("quit", "exit", "logout"):
            return False
        time.sleep(script.slow_s)
        self._echo(line)
        if line in script.paging_off:
            self.paging = False
        elif line == "enable" and script.enable:
            self._send("Password:")
            secret = self._line()
            if secret == script.enable:
                self.prompt = self.prompt.replace(">", "#")
        elif line:
            self._answer(line)
        if line and line == script.drop_at:
            return False
        if line and line == script.stall_at:
            self._fill(1 << 20)
        self._send(self.prompt)
        if script.late:
            self._send(script.late)
        return True

    def _echo(self, line: str) -> None:
        wide = self.script.wide or len(line) + 1
        shown = line[: wide - len(self.prompt)], line[wide - len(self.prompt) :]
        self._send("\r\n".join(part for part in shown if part) + "\r\n")

    def _answer(self, line: str) -> None:
        pages = self.script.pages.get(line)
        if pages is not None:
            self._send(pages[0])
            for page in pages[1:]:
                self._key()
                self._send(page)
            return
        answer = self.script.answers.get(line, self.script.unknown)
        raw = answer if isinstance(answer, bytes) else answer.encode()
        lines = raw.rstrip(b"\r\n").split(b"\n") if raw else []
        cut = len(lines) // 2 if line in (self.script.drop_at, self.script.stall_at) else len(lines)
        for place, text in enumerate(lines[:cut]):
            self.channel.sendall(text.rstrip(b"\r") + b"\r\n")
            if self.paging and (place + 1) % self.script.more == 0 and place + 1 < len(lines):
                self.channel.sendall(self.script.pager)
                if self._key() == b"q":
                    return
                self.channel.sendall(self.script.pager_gone)

    def _send(self, text: str) -> None:
        self.channel.sendall(text.encode())

    def _key(self) -> bytes:
        self._fill(1)
        key, self.buffer = self.buffer[:1], self.buffer[1:]
        return key

    def _line(self) -> str:
        while b"\n" not in self.buffer and b"\r" not in self.buffer:
            self._fill(len(self.buffer) + 1)
        ends = [place for mark in (b"\r\n", b"\n", b"\r") if (place := self.buffer.find(mark)) >= 0]
        line = self.buffer[: min(ends)]
        self.buffer = self.buffer[min(ends) :].removeprefix(b"\r").removeprefix(b"\n")
        return line.decode()

    def _fill(self, wanted: int) -> None:
        while len(self.buffer) < wanted:
            data = self.channel.recv(4096)
            if not data:
                raise EOFError
            self.buffer += data


@contextmanager
def playing(script: Script) -> Iterator[Server]:
    """The server on a free port of 127.0.0.1, until the block ends."""
    server = Server(script)
    listener = socket.create_server(("127.0.0.1", 0))
    server.port = listener.getsockname()[1]
    transports: list[paramiko.Transport] = []
    accepting = threading.Thread(target=_accept, args=(listener, server, transports), daemon=True)
    accepting.start()
    try:
        yield server
    finally:
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        accepting.join(timeout=5)
        for transport in transports:
            transport.close()


def _accept(listener: socket.socket, server: Server, transports: list[paramiko.Transport]) -> None:
    while True:
        try:
            connection, _peer = listener.accept()
        except OSError:
            return
        transport = paramiko.Transport(connection)
        transport.set_log_channel("tests.ssh_server")
        transport.add_server_key(host_key(server.script.key))
        options = transport.get_security_options()
        if server.script.kex:
            options.kex = tuple(server.script.kex)
        if server.script.ciphers:
            options.ciphers = tuple(server.script.ciphers)
        if server.script.key_types:
            options.key_types = tuple(server.script.key_types)
        transports.append(transport)
        with suppress(paramiko.SSHException, OSError, EOFError):
            transport.start_server(event=threading.Event(), server=server)
