"""gufo_snmp as an engine: its compiled sockets where they can tell everything, an exact engine where not.

gufo leaves the error-status out, drops values that are missing or NULL, follows one column at a time and
only from its root, and reads answers up to some 4,000 octets. So a question is answered by gufo when its
answer leaves no doubt, and is asked again through the exact engine (our own codec) in every other case: the
answer is the same, at the cost of one more question. Each try has a request id of its own: a late answer to
the first one is lost, unlike with the other engines.
"""

from __future__ import annotations

import asyncio
import errno
import os
import socket
import time
from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar

from agent.snmp.engine import Answer, Engine, Kind, Link, Missing, Oid, Value, dotted, oid
from agent.snmp.target import Auth, KeyExtension, Priv, Target, User
from agent.snmp.usm_errors import user_of
from inventory.errors import NoAnswer
from inventory.log import get_logger

try:
    from gufo.snmp import _fast as gufo
    from gufo.snmp import user as gufo_user
except ImportError:
    IS_INSTALLED = False
else:
    IS_INSTALLED = True
    _AUTHS: Final[dict[Auth, type[gufo_user.BaseAuthKey]]] = {
        "MD5": gufo_user.Md5Key,
        "SHA1": gufo_user.Sha1Key,
        "SHA224": gufo_user.Sha224Key,
        "SHA256": gufo_user.Sha256Key,
        "SHA384": gufo_user.Sha384Key,
        "SHA512": gufo_user.Sha512Key,
    }
    _PRIVS: Final[dict[Priv, type[gufo_user.BasePrivKey]]] = {
        "DES": gufo_user.DesKey,
        "AES128": gufo_user.Aes128Key,
        "AES192": gufo_user.Aes192Key,
        "AES256": gufo_user.Aes256Key,
    }

log = get_logger(__name__)
T = TypeVar("T")

_EXTENSIONS: Final[dict[KeyExtension, int]] = {"blumenthal": 1, "reeder": 2}
_AT_ONCE = 25
_CLOCK_GOOD_S = 60.0
"""gufo's idea of the device's clock stands still between refreshes; 150 s is what USM allows."""


class _Doubt(Exception):  # noqa: N818 - what it is, caught here
    """gufo's answer may hide something."""


class _Column:
    """A column that gufo follows from its root, and what it has brought that nobody asked for yet."""

    def __init__(self, root: Oid, at_once: int) -> None:
        self.iterator = gufo.GetIter(dotted(root), at_once)
        self.at_once = at_once
        self.waiting: list[tuple[Oid, Value]] = []
        self.has_ended = False

    def add(self, found: Sequence[tuple[str, Any] | None]) -> None:
        """Keep an answer; None at its end says that the next object lies outside of the column."""
        if found and found[-1] is None:
            self.has_ended, found = True, found[:-1]
        elif len(found) < self.at_once:
            raise _Doubt  # cut short, the end of everything, or values left out
        self.waiting += [(oid(item[0]), _plain(item[1])) for item in found if item is not None]


class GufoLink:
    """gufo's socket, read when the event loop says so, and the exact link beside it."""

    def __init__(self, target: Target, where: str, exact: Engine) -> None:
        self._target = target
        self._exact_engine = exact
        self._exact: Link | None = None
        self._at_once = max(1, min(_AT_ONCE, target.max_varbinds))
        self._where = where
        self._has_answered = False
        self._socket: Any = None
        self._start_again()

    async def ask(
        self, kind: Kind, oids: Sequence[Oid], waits_s: Sequence[float], repetitions: int = 0
    ) -> Answer:
        """The answer; raises as the exact engine does."""
        answer = await self._by_gufo(kind, oids, waits_s, repetitions)
        if answer is None:
            answer = await self._exactly(kind, oids, waits_s, repetitions)
        self._has_answered = True
        return answer

    def close(self) -> None:
        self._socket = None  # gufo closes the socket of an object that nobody holds
        if self._exact is not None:
            self._exact.close()

    async def _by_gufo(
        self, kind: Kind, oids: Sequence[Oid], waits_s: Sequence[float], repetitions: int
    ) -> Answer | None:
        """The answer where gufo's leaves no doubt."""
        try:
            if self._target.version == "3":
                await self._refresh(waits_s)
            if kind == "get":
                return await self._get(oids, waits_s)
            if kind == "bulk":
                return await self._bulk(oids, waits_s, repetitions)
        except _Doubt as doubt:
            if isinstance(doubt.__cause__, gufo.SnmpAuthError):
                self._clock_good_until = 0.0  # one of the reasons, which gufo cannot tell apart
        except TimeoutError:
            may_be_lost = self._has_answered and len(waits_s) == 1
            if not self._discovered or may_be_lost:
                raise
            self._start_again()  # a replaced device or a wrong privacy password, of which gufo says nothing
        return None

    async def _exactly(
        self, kind: Kind, oids: Sequence[Oid], waits_s: Sequence[float], repetitions: int
    ) -> Answer:
        if self._exact is None:
            self._exact = await self._exact_engine.connect(self._target)
        try:
            return await self._exact.ask(kind, oids, waits_s, repetitions)
        except NoAnswer as error:
            if self._has_answered:  # a loss on the way: the exact link is new, the device is not
                raise TimeoutError(error.what) from error
            raise

    def _start_again(self) -> None:
        self._socket = _socket(self._target, self._where)
        self._columns: dict[Oid, _Column] = {}
        self._discovered = False
        self._clock_good_until = 0.0

    async def _get(self, oids: Sequence[Oid], waits_s: Sequence[float]) -> Answer:
        names = [dotted(name) for name in oids]
        found = await self._exchange(
            lambda: self._socket.send_get_many(names), self._socket.recv_get_many, waits_s
        )
        if any(found.get(name) is None for name in names):
            raise _Doubt  # an error, no such object, or NULL
        return Answer(0, 0, [(name, _plain(found[word])) for name, word in zip(oids, names, strict=True)])

    async def _bulk(self, oids: Sequence[Oid], waits_s: Sequence[float], repetitions: int) -> Answer:
        columns = [
            self._columns.pop(name) if name in self._columns else _Column(name, self._at_once)
            for name in oids
        ]
        try:
            for column in columns:
                while len(column.waiting) < repetitions and not column.has_ended:
                    await self._fetch(column, waits_s)
            if not all(column.waiting for column in columns):
                raise _Doubt  # nothing at all in a column may be an error, or a place inside of one
        except TimeoutError:
            self._columns.update(zip(oids, columns, strict=True))
            raise
        return Answer(0, 0, self._rows(columns, repetitions))

    async def _fetch(self, column: _Column, waits_s: Sequence[float]) -> None:
        sock, iterator = self._socket, column.iterator
        column.add(
            await self._exchange(
                lambda: sock.send_get_bulk(iterator), lambda: sock.recv_get_bulk(iterator), waits_s
            )
        )

    def _rows(self, columns: Sequence[_Column], repetitions: int) -> list[tuple[Oid, Value]]:
        """The answer that one GETBULK of these columns gives. Where a column ended, END_OF_VIEW stands for
        the object behind it, which gufo does not show."""
        longest = min(repetitions, max(len(column.waiting) for column in columns))
        rows = min(repetitions, longest + 1)
        cells = [column.waiting[:rows] for column in columns]
        for column, taken in zip(columns, cells, strict=True):
            column.waiting = column.waiting[len(taken) :]
            last = taken[-1][0]
            if column.waiting or not column.has_ended:
                self._columns[last] = column
            taken += [(last, Missing.END_OF_VIEW)] * (rows - len(taken))
        return [taken[row] for row in range(rows) for taken in cells]

    async def _exchange(
        self, send: Callable[[], None], receive: Callable[[], T], waits_s: Sequence[float]
    ) -> T:
        """What gufo receives in answer, asked once for each wait. Raises TimeoutError, OSError, _Doubt."""
        for wait_s in waits_s:
            _called(send)
            try:
                async with asyncio.timeout(wait_s):
                    return await self._received(receive)
            except TimeoutError:
                continue
        raise TimeoutError(f"no answer to {len(waits_s)} tries")

    async def _received(self, receive: Callable[[], T]) -> T:
        loop, fd = asyncio.get_running_loop(), self._socket.get_fd()
        while True:
            readable: asyncio.Future[None] = loop.create_future()
            loop.add_reader(fd, _wake, readable)
            try:
                await readable
                return _called(receive)
            except BlockingIOError:  # an answer to another question, which gufo has thrown away
                continue
            finally:
                loop.remove_reader(fd)

    async def _refresh(self, waits_s: Sequence[float]) -> None:
        """Engine id and clock of the device, first without and then with the user's keys."""
        if time.monotonic() < self._clock_good_until:
            return
        sock, user = self._socket, user_of(self._target)
        if not self._discovered:
            await self._exchange(sock.send_refresh, sock.recv_refresh, waits_s)
            sock.set_keys(*_keys(user))
            self._discovered = True
        if user.auth is not None:
            await self._exchange(sock.send_refresh, sock.recv_refresh, waits_s)
        self._clock_good_until = time.monotonic() + _CLOCK_GOOD_S


class GufoEngine:
    """Links by gufo; ``exact`` is the engine that answers what gufo cannot."""

    def __init__(self, exact: Engine) -> None:
        self._exact = exact

    async def connect(self, target: Target) -> GufoLink:
        refused: OSError = OSError(f"no address for {target.address}")
        for where in await _places(target):
            try:
                return GufoLink(target, where, self._exact)
            except OSError as error:  # no route for this kind of address
                refused = error
        raise refused


async def _places(target: Target) -> list[str]:
    """The target's addresses as gufo wants them: numbers only, the zone too."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(target.address, target.port, type=socket.SOCK_DGRAM)
    return [_place(family, place, target.port) for family, _type, _proto, _name, place in found]


def _place(family: int, place: tuple[Any, ...], port: int) -> str:
    if family != socket.AF_INET6:
        return f"{place[0]}:{port}"
    host, zone = str(place[0]).partition("%")[0], place[3]
    return f"[{host}%{zone}]:{port}" if zone else f"[{host}]:{port}"


def _socket(target: Target, where: str) -> Any:
    if target.version == "3":
        nobody = gufo_user.User.default()
        return gufo.SnmpV3ClientSocket(where, b"", *_key_parts(nobody), 0, 0, 0, 0)
    kind = gufo.SnmpV1ClientSocket if target.version == "1" else gufo.SnmpV2cClientSocket
    return kind(where, target.community, 0, 0, 0, 0)


def _keys(user: User) -> tuple[str, int, bytes, int, bytes]:
    auth = _AUTHS[user.auth](user.auth_key.encode()) if user.auth else None
    priv = _PRIVS[user.priv](user.priv_key.encode()) if user.priv else None
    way = gufo_user.KeyExpansion(_EXTENSIONS[user.key_extension])
    return _key_parts(gufo_user.User(user.name, auth_key=auth, priv_key=priv, key_expansion=way))


def _key_parts(user: gufo_user.User) -> tuple[str, int, bytes, int, bytes]:
    return (
        user.name,
        user.get_auth_alg(),
        user.get_auth_key(),
        user.get_priv_alg(),
        user.get_priv_key(),
    )


def _plain(value: Any) -> Value:
    """gufo gives IpAddress and OBJECT IDENTIFIER as text alike. Raises _Doubt where that leaves a doubt."""
    if isinstance(value, bytes) or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    if not isinstance(value, str):
        raise _Doubt
    numbers = oid(value)
    if len(numbers) != 4:
        return numbers
    if numbers[0] <= 2:
        raise _Doubt  # 1.3.6.1 is both
    return bytes(numbers)


def _called(work: Callable[[], T]) -> T:
    """What a call of gufo gives, its errors in our words."""
    try:
        return work()
    except TimeoutError as error:  # so it calls ICMP's "port unreachable"
        raise ConnectionRefusedError(errno.ECONNREFUSED, os.strerror(errno.ECONNREFUSED)) from error
    except (gufo.SnmpError, StopAsyncIteration) as error:
        raise _Doubt from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # gufo's Rust panics at some garbage
            raise
        raise _Doubt from error


def _wake(ready: asyncio.Future[None]) -> None:
    if not ready.done():
        ready.set_result(None)
