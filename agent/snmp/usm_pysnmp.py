"""SNMPv3 by pysnmp's message processing and security models, over our own sockets: the second opinion to
``agent.snmp.usm``. Its dispatcher, its MIB objects and its own sockets stay out.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any

from pyasn1.error import PyAsn1Error
from pysnmp.entity import config
from pysnmp.entity.engine import SnmpEngine
from pysnmp.error import PySnmpError
from pysnmp.proto import errind
from pysnmp.proto.error import StatusInformation
from pysnmp.proto.rfc1902 import OctetString

from agent.snmp import pysnmp_packets
from agent.snmp.engine import Answer, Kind, Oid
from agent.snmp.target import Target, User
from agent.snmp.udp import Exchange, open_exchange
from agent.snmp.usm_errors import Contact, user_of
from agent.snmp.usm_keys import require_ciphers
from agent.snmp.usm_message import head_of

_VERSION = _USM = 3
_PDU_VERSION = 1
_ROUNDS = 4
_LEVELS = {"noAuthNoPriv": 1, "authNoPriv": 2, "authPriv": 3}
_AUTHS = {
    None: config.USM_AUTH_NONE,
    "MD5": config.USM_AUTH_HMAC96_MD5,
    "SHA1": config.USM_AUTH_HMAC96_SHA,
    "SHA224": config.USM_AUTH_HMAC128_SHA224,
    "SHA256": config.USM_AUTH_HMAC192_SHA256,
    "SHA384": config.USM_AUTH_HMAC256_SHA384,
    "SHA512": config.USM_AUTH_HMAC384_SHA512,
}
_PRIVS = {
    (None, "blumenthal"): config.USM_PRIV_NONE,
    ("DES", "blumenthal"): config.USM_PRIV_CBC56_DES,
    ("AES128", "blumenthal"): config.USM_PRIV_CFB128_AES,
    ("AES192", "blumenthal"): config.USM_PRIV_CFB192_AES_BLUMENTHAL,
    ("AES256", "blumenthal"): config.USM_PRIV_CFB256_AES_BLUMENTHAL,
    ("AES192", "reeder"): config.USM_PRIV_CFB192_AES,
    ("AES256", "reeder"): config.USM_PRIV_CFB256_AES,
}
_REASONS: dict[type[Any], str] = {
    errind.UnknownEngineID: "unknownEngineIDs",
    errind.NotInTimeWindow: "notInTimeWindows",
    errind.UnknownUserName: "unknownUserNames",
    errind.WrongDigest: "wrongDigests",
    errind.DecryptionError: "decryptionErrors",
    errind.UnsupportedSecurityLevel: "unsupportedSecLevels",
}
_STRANGER = (errind.UnknownEngineID, errind.NotInTimeWindow, errind.UnknownSecurityName)
"""What pysnmp calls the report of a device that restarted or was replaced"""
_AGAIN = ("unknownEngineIDs", "notInTimeWindows")


class _NoDispatcher:
    """What pysnmp's models ask of a dispatcher that we do without."""

    def get_timer_resolution(self) -> float:
        return 0.5

    def send_message(self, *_arguments: Any) -> None:
        """A report that pysnmp would send in answer to a strange datagram is not sent."""


class PysnmpUsmLink:
    """One pysnmp engine per device, so that equal user names with other keys do not meet."""

    def __init__(self, target: Target, user: User, exchange: Exchange) -> None:
        self._target = target
        self._user = user
        self._exchange = exchange
        self._contact = Contact(target, user)
        self._request_id = secrets.randbelow(1 << 30)
        self._start_again()

    async def ask(
        self, kind: Kind, oids: Sequence[Oid], waits_s: Sequence[float], repetitions: int = 0
    ) -> Answer:
        """The answer; raises as UsmLink does."""
        reason = ""
        for _round in range(_ROUNDS):
            try:
                found = await self._exchange_once(kind, oids, waits_s, repetitions)
            except TimeoutError:
                raise self._contact.silence() from None
            if isinstance(found, Answer):
                return self._contact.checked(found)
            reason, self._contact.heard = found, True
            if reason not in _AGAIN:
                break
        raise self._contact.refused(reason)

    def close(self) -> None:
        self._exchange.close()

    def _start_again(self) -> None:
        user = self._user
        self._engine = SnmpEngine()
        self._engine.transport_dispatcher = _NoDispatcher()
        self._messages = self._engine.message_processing_subsystems[_VERSION]
        extension = user.key_extension if user.priv in ("AES192", "AES256") else "blumenthal"
        auth, priv = _AUTHS[user.auth], _PRIVS[user.priv, extension]
        auth_key = user.auth_key if user.auth else None
        priv_key = user.priv_key if user.priv else None
        config.add_v3_user(self._engine, user.name, auth, auth_key, priv, priv_key)

    async def _exchange_once(
        self, kind: Kind, oids: Sequence[Oid], waits_s: Sequence[float], repetitions: int
    ) -> Answer | str:
        request_id = self._request_id = self._request_id % 0x7FFFFFFF + 1
        pdu = pysnmp_packets.question("2c", request_id, kind, oids, repetitions)
        _domain, _address, message = self._messages.prepare_outgoing_message(
            self._engine,
            (),
            self._target.where,
            _VERSION,
            _USM,
            OctetString(self._user.name.encode()),
            _LEVELS[self._user.level],
            None,
            self._user.context.encode(),
            _PDU_VERSION,
            pdu,
            True,
            request_id,
        )
        message_id = head_of(bytes(message)).message_id
        return await self._exchange.exchange(
            bytes(message), lambda datagram: self._taken(datagram, message_id, request_id), waits_s
        )

    def _taken(self, datagram: bytes, message_id: int, request_id: int) -> Answer | str | None:
        """The answer to the question or the reason against it; None for another. Raises ValueError."""
        try:
            parts = self._messages.prepare_data_elements(self._engine, (), self._target.where, datagram)
        except StatusInformation as status:
            return self._report(status, head_of(datagram).message_id == message_id)
        except (PyAsn1Error, PySnmpError, TypeError, IndexError, AttributeError) as error:
            raise ValueError("not an SNMPv3 message") from error
        answered, answer = pysnmp_packets.answer_of("2c", parts[7])
        return answer if answered == request_id else None

    def _report(self, status: Any, is_ours: bool) -> str | None:
        why: Any = status.get("errorIndication")
        reason = _REASONS.get(type(why), str(why))
        if not is_ours:
            return None
        if "sendPduHandle" in status:
            return reason
        if isinstance(why, _STRANGER):
            self._start_again()
            return "unknownEngineIDs"
        if isinstance(why, errind.AuthenticationFailure):
            self._contact.badly_signed += 1
        raise ValueError(f"a message that pysnmp refuses: {why}")


class PysnmpUsmEngine:
    """Links for SNMPv3, by pysnmp."""

    async def connect(self, target: Target) -> PysnmpUsmLink:
        user = user_of(target)
        require_ciphers(user)
        return PysnmpUsmLink(target, user, await open_exchange(target))
