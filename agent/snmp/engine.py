"""The seam: what an SNMP engine must do, in plain Python values.

An engine asks one question and gives the answer to that question or none. It knows nothing of tables,
retries with other sizes or vendors; that is built above it, once for all engines.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from functools import lru_cache
from typing import Literal, NamedTuple, Protocol, TypeAlias

from agent.snmp.target import Target

Oid: TypeAlias = tuple[int, ...]


class Missing(Enum):
    """Why a variable has no value (RFC 3416, 3); the number is the BER tag."""

    NO_SUCH_OBJECT = 0x80
    NO_SUCH_INSTANCE = 0x81
    END_OF_VIEW = 0x82


Value: TypeAlias = int | bytes | Oid | Missing | None
"""INTEGER, Counter, Gauge and TimeTicks are int; octet strings, IpAddress and Opaque are bytes."""

Kind = Literal["get", "next", "bulk"]

# error-status of RFC 3416, 3
TOO_BIG = 1
NO_SUCH_NAME = 2
AUTHORIZATION_ERROR = 16
ERROR_WORDS = {
    1: "tooBig",
    2: "noSuchName",
    3: "badValue",
    4: "readOnly",
    5: "genErr",
    6: "noAccess",
    13: "resourceUnavailable",
    16: "authorizationError",
}


class Answer(NamedTuple):
    """``error`` is the error-status, ``error_at`` the error-index (from 1, 0 when it names none)."""

    error: int
    error_at: int
    varbinds: list[tuple[Oid, Value]]


class Link(Protocol):
    """An open way to one device, used by one question at a time."""

    async def ask(
        self, kind: Kind, oids: Sequence[Oid], waits_s: Sequence[float], repetitions: int = 0
    ) -> Answer:
        """The answer to this question. The question is sent once for each wait, with the same request id,
        so that a late answer to the first sending still counts. Answers to other questions, datagrams
        from elsewhere and garbage are ignored. Raises TimeoutError when no wait brought an answer and
        OSError when the network refused (ICMP unreachable)."""
        ...

    def close(self) -> None: ...


class Codec(Protocol):
    """Turns questions into datagrams and datagrams into answers."""

    def encode(
        self,
        version: str,
        community: str,
        request_id: int,
        kind: Kind,
        oids: Sequence[Oid],
        repetitions: int,
        /,
    ) -> bytes: ...

    def decode(self, version: str, datagram: bytes, /) -> tuple[int, Answer]:
        """The request id that a datagram answers, and the answer. Raises ValueError when it is none."""
        ...


class Engine(Protocol):
    """Makes links. Raises OSError when the host name cannot be resolved or there is no route."""

    async def connect(self, target: Target) -> Link: ...


@lru_cache(maxsize=8192)
def oid(dotted: str) -> Oid:
    """The numbers of a dotted OID; a leading dot is allowed."""
    return tuple(map(int, dotted.strip(".").split(".")))


def dotted(numbers: Sequence[int]) -> str:
    """An OID as people write it."""
    return ".".join(map(str, numbers))
