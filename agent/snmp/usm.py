"""SNMPv3 over UDP with the user-based security model (RFC 3414): the device's engine id and clock are found
out, kept, and found out again when the device restarts, within the same question.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Sequence

from agent.snmp import ber, usm_message
from agent.snmp.engine import Answer, Kind, Oid
from agent.snmp.target import Target, User
from agent.snmp.udp import Exchange, open_exchange
from agent.snmp.usm_errors import Contact, user_of
from agent.snmp.usm_keys import Keys, keys_of, require_ciphers
from agent.snmp.usm_message import AUTH, Peer, Read, Report
from inventory.log import get_logger

log = get_logger(__name__)

_ROUNDS = 4
"""A question, the same after a new engine id, after a new clock, and once more."""


class UsmLink:
    """SNMPv3: a message id tells which question an answer answers, and a signature who gave it."""

    def __init__(self, target: Target, user: User, exchange: Exchange, peer: Peer, read: Read) -> None:
        self._target = target
        self._user = user
        self._exchange = exchange
        self._peer = peer
        self._read = read
        self._keys = Keys()
        self._keys_for = b""
        self._message_id = secrets.randbelow(1 << 30)
        self._salt = secrets.randbits(64)
        self._contact = Contact(target, user)

    async def ask(
        self, kind: Kind, oids: Sequence[Oid], waits_s: Sequence[float], repetitions: int = 0
    ) -> Answer:
        """The answer. Raises NoAnswer saying what to check where the device refuses the user before it ever
        answered, or answered the discovery alone; ConnectionError where it refuses later."""
        known = self._peer.engine_id
        try:
            return await self._ask(kind, oids, waits_s, repetitions)
        except TimeoutError:
            if self._contact.answered:
                raise
            if known and await self._is_another(known, waits_s):
                return await self.ask(kind, oids, waits_s, repetitions)
            self._peer.engine_id = b""
            raise self._contact.silence() from None

    def close(self) -> None:
        self._exchange.close()

    async def _ask(
        self, kind: Kind, oids: Sequence[Oid], waits_s: Sequence[float], repetitions: int
    ) -> Answer:
        reason = ""
        for _round in range(_ROUNDS):
            if not self._peer.engine_id:
                await self._discover(waits_s)
            found = await self._exchange_once(kind, oids, waits_s, repetitions)
            if isinstance(found, Answer):
                return self._contact.checked(found)
            reason, self._contact.heard = found.reason, True
            log.debug("%s: report %s", self._target.where, reason)
            if reason == "notInTimeWindows":
                self._set_clock(found.head)
            elif reason == "unknownEngineIDs":
                self._peer.engine_id = b""
            else:
                break
        raise self._contact.refused(reason)

    async def _is_another(self, known: bytes, waits_s: Sequence[float]) -> bool:
        """Whether the silence comes from another device than the one that we remember."""
        try:
            await self._discover(waits_s[:1])
        except TimeoutError:
            return False
        return self._peer.engine_id != known

    async def _discover(self, waits_s: Sequence[float]) -> None:
        message_id = self._next_id()

        def take(datagram: bytes) -> usm_message.Head | None:
            head = usm_message.head_of(datagram)
            return head if head.message_id == message_id and head.engine_id else None

        head = await self._exchange.exchange(usm_message.discovery(message_id), take, waits_s)
        self._contact.heard = True
        self._peer.engine_id = head.engine_id
        self._set_clock(head)

    async def _exchange_once(
        self, kind: Kind, oids: Sequence[Oid], waits_s: Sequence[float], repetitions: int
    ) -> Answer | Report:
        user, peer, message_id = self._user, self._peer, self._next_id()
        if self._keys_for != peer.engine_id:
            self._keys, self._keys_for = keys_of(user, peer.engine_id), peer.engine_id
        pdu = ber.encode_pdu(message_id, kind, oids, repetitions)
        self._salt = (self._salt + 1) & (1 << 64) - 1
        question = usm_message.sealed(user, self._keys, peer, time.monotonic(), message_id, self._salt, pdu)
        return await self._exchange.exchange(question, lambda data: self._taken(data, message_id), waits_s)

    def _taken(self, data: bytes, message_id: int) -> Answer | Report | None:
        """The answer to the question, or the report about it; None for another. Raises ValueError."""
        user, head = self._user, usm_message.head_of(data)
        if head.message_id != message_id:
            return None
        if head.flags & AUTH and not usm_message.is_signed_by(user, self._keys, head, data):
            self._contact.badly_signed += 1
            raise ValueError("a signature that is not this user's")
        found = usm_message.opened(user, self._keys, head, data, self._read)
        if isinstance(found, Report):
            return found
        wanted = usm_message.flags_of(user)
        if head.flags & wanted != wanted or head.engine_id != self._keys_for:
            raise ValueError("an answer with less security than the question")
        if wanted:
            self._set_clock(head)
        request_id, answer = found
        return answer if request_id == message_id else None

    def _set_clock(self, head: usm_message.Head) -> None:
        """The device's clock, from a message that answers a question of ours. RFC 3414 (2.3) refuses an older
        one than before; but then a device that forgets how often it started stays unread for as long as it
        ran. A replayed answer does not have the number of the question that waits."""
        self._peer.boots, self._peer.time, self._peer.at = head.boots, head.time, time.monotonic()

    def _next_id(self) -> int:
        self._message_id = self._message_id % 0x7FFFFFFF + 1
        return self._message_id


class UsmEngine:
    """Links for SNMPv3. It remembers the engine ids and clocks of the devices that it has met, which saves
    the discovery at every later poll. ``read`` makes the values, as in ``ber.decode_by``."""

    def __init__(self, read: Read = ber.value_of) -> None:
        self._read = read
        self._peers: dict[tuple[str, int], Peer] = {}

    async def connect(self, target: Target) -> UsmLink:
        user = user_of(target)
        require_ciphers(user)
        peer = self._peers.setdefault((target.address, target.port), Peer())
        return UsmLink(target, user, await open_exchange(target), peer, self._read)
