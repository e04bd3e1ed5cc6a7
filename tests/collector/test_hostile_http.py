"""Raw sockets against the real server on loopback: half a header, a slow body, a smuggled request."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from batches import T0, batch
from served_collector import ServedCollector
from sqlalchemy import func, select

from collector.store.schema import ledger
from collector.web import guard, intake

CAMPUS = "2133999001-01"


class Served(ServedCollector):
    """A collector with one agent's token, spoken to over bare sockets."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, "2133999001", CAMPUS, now=T0 + 600.0)

    def connect(self) -> socket.socket:
        return socket.create_connection(self.address, timeout=30)

    def ask(self, *parts: bytes) -> bytes:
        """Everything that comes back until the server closes."""
        with self.connect() as line:
            for part in parts:
                line.sendall(part)
            return everything(line)

    def rows(self) -> int:
        with self.engine.connect() as connection:
            return int(connection.execute(select(func.count()).select_from(ledger)).scalar_one())


def everything(line: socket.socket) -> bytes:
    answer = b""
    try:
        while part := line.recv(65536):
            answer += part
    except ConnectionResetError:
        pass  # the end, as well
    return answer


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    monkeypatch.setattr(guard.GuardedProtocol, "header_timeout_s", 0.3)
    monkeypatch.setattr(guard.GuardedProtocol, "linger_s", 0.3)
    monkeypatch.setattr(intake, "BODY_TIMEOUT_S", 0.3)
    one = Served(tmp_path)
    yield one
    one.close()


def statuses(answer: bytes) -> list[int]:
    return [int(part[:3]) for part in answer.split(b"HTTP/1.1 ")[1:]]


BODY = msgspec.json.encode(batch(1, T0))
CHUNKED = b"%x\r\n%s\r\n0\r\n\r\n" % (len(BODY), BODY)


def post(served: Served, body: bytes, *fields: bytes, end: bytes = b"\r\n") -> bytes:
    head = [
        b"POST /v1/batches HTTP/1.1",
        b"Host: collector",
        b"Authorization: Bearer " + served.token.encode(),
        *fields,
        b"Connection: close",
        b"",
        b"",
    ]
    return end.join(head) + body


LENGTH = b"Content-Length: %d" % len(BODY)


def test_a_request_over_a_raw_socket_is_stored(served: Served) -> None:
    assert statuses(served.ask(post(served, BODY, LENGTH))) == [200]
    assert statuses(served.ask(post(served, CHUNKED, b"Transfer-Encoding: chunked"))) == [200]
    assert served.rows() == 1


SMUGGLED: dict[str, Callable[[Served], bytes]] = {
    "length-and-chunks": lambda s: post(s, CHUNKED, LENGTH, b"Transfer-Encoding: chunked"),
    "two-lengths": lambda s: post(s, BODY, LENGTH, b"Content-Length: 3"),
    "same-length-twice": lambda s: post(s, BODY, LENGTH, LENGTH),
    "length-list": lambda s: post(s, BODY, b"Content-Length: 3, 3"),
    "signed-length": lambda s: post(s, BODY, b"Content-Length: +%d" % len(BODY)),
    "bare-lf": lambda s: post(s, BODY, LENGTH, end=b"\n"),
    "one-bare-lf": lambda s: post(s, BODY, LENGTH + b"\nX: y"),
    "space-before-colon": lambda s: post(s, BODY, b"Content-Length : %d" % len(BODY)),
    "two-hosts": lambda s: post(s, BODY, LENGTH, b"Host: other"),
    "nul-in-field": lambda s: post(s, BODY, LENGTH, b"X: a\0b"),
    "bare-lf-chunk": lambda s: post(s, CHUNKED.replace(b"\r\n", b"\n"), b"Transfer-Encoding: chunked"),
}


@pytest.mark.parametrize("name", SMUGGLED)
def test_a_request_that_can_be_read_in_two_ways_is_400_and_nothing_follows_it(
    served: Served, name: str
) -> None:
    second = b"GET /-/healthy HTTP/1.1\r\nHost: collector\r\nConnection: close\r\n\r\n"

    answer = served.ask(SMUGGLED[name](served) + second)

    assert statuses(answer) == [400], answer[:200]
    assert served.rows() == 0


KEPT = b"GET /-/healthy HTTP/1.1\r\nHost: x\r\n\r\n"
LAST = b"GET /-/healthy HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"


def test_requests_that_come_together_are_answered_one_after_the_other(served: Served) -> None:
    kept = post(served, BODY, LENGTH).replace(b"Connection: close\r\n", b"")

    assert statuses(served.ask(kept + KEPT + kept + LAST)) == [200, 200, 200, 200]
    assert served.rows() == 1


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64])
def test_it_does_not_matter_where_the_bytes_are_cut(served: Served, size: int) -> None:
    whole = KEPT + post(served, BODY, LENGTH)

    answer = served.ask(*(whole[at : at + size] for at in range(0, len(whole), size)))

    assert statuses(answer) == [200, 200]
    assert served.rows() == 1


def test_chunks_may_come_in_pieces_and_the_connection_stays(served: Served) -> None:
    kept = post(served, CHUNKED, b"Transfer-Encoding: chunked").replace(b"Connection: close\r\n", b"")
    with served.connect() as line:
        for at in range(0, len(kept), 50):
            line.sendall(kept[at : at + 50])
        first = line.recv(65536)
        line.sendall(LAST)
        rest = everything(line)

    assert statuses(first + rest) == [200, 200]


def test_a_request_right_behind_chunks_is_not_taken_for_one(served: Served) -> None:
    kept = post(served, CHUNKED, b"Transfer-Encoding: chunked").replace(b"Connection: close\r\n", b"")

    assert statuses(served.ask(kept + LAST)) in ([], [400])
    assert served.rows() == 0


def test_nothing_is_upgraded_to(served: Served) -> None:
    asked = b"GET /-/healthy HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n"

    assert statuses(served.ask(asked + LAST)) == [200]


@pytest.mark.parametrize(
    "field",
    [
        b"X: a\r\n  b",
        b"X: a\rb",
        b"Authorization: Basic eA==",
        b"Content-Length: 0x10",
        b"Content-Length: ",
        b"Content-Length: 9999999999999999999999",
    ],
)
def test_a_field_that_may_mean_two_things_is_refused(served: Served, field: bytes) -> None:
    lengths = () if field.startswith(b"Content-Length") else (LENGTH,)

    assert statuses(served.ask(post(served, BODY, *lengths, field) + LAST)) == [400]
    assert served.rows() == 0


def test_an_unknown_transfer_encoding_is_refused(served: Served) -> None:
    answer = served.ask(post(served, CHUNKED, b"Transfer-Encoding: gzip, chunked"))

    assert statuses(answer) == [501]


@pytest.mark.parametrize(
    "fields",
    [
        [b"X: " + b"y" * 40_000],
        [b"X: " + b"y" * (8 * 2**20)],
        [b"X%d: y" % n for n in range(101)],
        [b"X%d: y" % n for n in range(100_000)],
    ],
    ids=["40-kB", "8-MiB", "101-fields", "100,000-fields"],
)
def test_a_header_beyond_the_limits_is_431(served: Served, fields: list[bytes]) -> None:
    with served.connect() as line:
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # closed in the middle
            line.sendall(post(served, BODY, LENGTH, *fields))
        answer = everything(line)

    assert statuses(answer) in ([431], [])
    assert served.rows() == 0
    assert statuses(served.ask(post(served, BODY, LENGTH))) == [200]


@pytest.mark.parametrize(
    "start",
    [b"", b"POST /v1/ba", b"POST /v1/batches HTTP/1.1\r\nHost: x\r\nX: ", b"\r\n"],
    ids=["nothing", "line", "field", "blank"],
)
def test_half_a_header_is_closed(served: Served, start: bytes) -> None:
    assert statuses(served.ask(start)) in ([], [400])


def test_a_header_that_trickles_on_a_kept_connection_is_closed(served: Served) -> None:
    whole = b"GET /-/healthy HTTP/1.1\r\nHost: x\r\n\r\n"

    assert statuses(served.ask(whole + b"GET /-/hea")) == [200]


def test_a_body_that_does_not_come_is_408(served: Served) -> None:
    assert statuses(served.ask(post(served, BODY[:10], LENGTH))) == [408]
    assert served.edge.under_way == 0


def test_a_body_that_nobody_wants_does_not_hold_the_connection(served: Served) -> None:
    head = b"POST /v1/batches HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n"

    assert statuses(served.ask(head + b"x")) == [401]


def test_hundreds_of_slow_sockets_do_not_hinder_the_others(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guard.GuardedProtocol, "header_timeout_s", 60.0)
    slow = [served.connect() for _n in range(400)]
    for line in slow:
        line.sendall(b"POST /v1/batches HTTP/1.1\r\nHost: x\r\nX: ")

    answer = served.ask(post(served, BODY, LENGTH))

    for line in slow:
        line.close()
    assert statuses(answer) == [200]


def test_a_connection_cut_in_the_middle_of_a_body_leaves_nothing(served: Served) -> None:
    with served.connect() as line:
        line.sendall(post(served, BODY[:50], LENGTH))

    assert statuses(served.ask(post(served, BODY, LENGTH))) == [200]
    assert served.rows() == 1
