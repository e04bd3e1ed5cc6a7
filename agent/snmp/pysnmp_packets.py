"""SNMP messages as bytes, by pysnmp's packet-level API (its dispatcher and MIB machinery stay out).

The second opinion to ``agent.snmp.ber``: ``UdpEngine(pysnmp_packets)``. 60 ms of
CPU per 1,000 variables; pysnmp's own asyncio API costs 76 to 250.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pyasn1.codec.ber import decoder, encoder
from pyasn1.error import PyAsn1Error
from pyasn1.type import univ
from pysnmp.proto import rfc1905
from pysnmp.proto.api import v1, v2c

from agent.snmp.engine import Answer, Kind, Missing, Oid, Value

_API: dict[str, Any] = {"1": v1, "2c": v2c}
_QUESTIONS = {"get": "GetRequestPDU", "next": "GetNextRequestPDU"}
_GARBAGE = (PyAsn1Error, TypeError, IndexError, AttributeError)
_MISSING = {
    rfc1905.NoSuchObject.tagSet: Missing.NO_SUCH_OBJECT,
    rfc1905.NoSuchInstance.tagSet: Missing.NO_SUCH_INSTANCE,
    rfc1905.EndOfMibView.tagSet: Missing.END_OF_VIEW,
}


def encode(
    version: str, community: str, request_id: int, kind: Kind, oids: Sequence[Oid], repetitions: int
) -> bytes:
    """A question as the bytes of one datagram."""
    api = _API[version]
    message = api.Message()
    api.apiMessage.set_defaults(message)
    api.apiMessage.set_community(message, community.encode())
    api.apiMessage.set_pdu(message, question(version, request_id, kind, oids, repetitions))
    return bytes(encoder.encode(message))


def decode(version: str, datagram: bytes) -> tuple[int, Answer]:
    """The request id that a datagram answers, and the answer. Raises ValueError when it is none."""
    api = _API[version]
    try:
        message, _rest = decoder.decode(datagram, asn1Spec=api.Message())
        pdu = api.apiMessage.get_pdu(message)
    except _GARBAGE as error:
        raise ValueError("not an SNMP message") from error
    return answer_of(version, pdu)


def question(version: str, request_id: int, kind: Kind, oids: Sequence[Oid], repetitions: int) -> Any:
    """A question as pysnmp's PDU object."""
    api = _API[version]
    if kind == "bulk":
        pdu, pdu_api = api.GetBulkRequestPDU(), api.apiBulkPDU
        pdu_api.set_defaults(pdu)
        pdu_api.set_non_repeaters(pdu, 0)
        pdu_api.set_max_repetitions(pdu, repetitions)
    else:
        pdu, pdu_api = getattr(api, _QUESTIONS[kind])(), api.apiPDU
        pdu_api.set_defaults(pdu)
    pdu_api.set_request_id(pdu, request_id)
    pdu_api.set_varbinds(pdu, [(numbers, api.Null("")) for numbers in oids])
    return pdu


def answer_of(version: str, pdu: Any) -> tuple[int, Answer]:
    """The request id and the answer in pysnmp's PDU object. Raises ValueError when it is none."""
    api = _API[version]
    try:
        if not pdu.isSameTypeWith(api.GetResponsePDU()):
            raise ValueError("not a response")
        varbinds = [(tuple(name), _plain(value)) for name, value in api.apiPDU.get_varbinds(pdu)]
        answer = Answer(
            int(api.apiPDU.get_error_status(pdu)),
            int(pdu.getComponentByPosition(2)),  # as sent: get_error_index() would clamp a wrong one
            varbinds,
        )
        return int(api.apiPDU.get_request_id(pdu)), answer
    except _GARBAGE as error:
        raise ValueError("not an SNMP message") from error


def _plain(value: Any) -> Value:
    if isinstance(value, univ.Null):  # a kind of OctetString to pyasn1, so it comes first
        return _MISSING.get(value.tagSet)
    if isinstance(value, univ.Integer):
        return int(value)
    if isinstance(value, univ.OctetString):
        return bytes(value)
    if isinstance(value, univ.ObjectIdentifier):
        return tuple(value)
    raise ValueError(f"a value of type {type(value).__name__}")
