"""SNMP v1 and v2c agents on loopback UDP that do what a test tells them, packed by pysnmp.

``behave(agent, request, sender)`` is called for every datagram; ``obedient(device)`` is one that answers as a
FakeDevice does.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

from pyasn1.codec.ber import decoder, encoder
from pysnmp.proto import rfc1905
from pysnmp.proto.api import v1, v2c
from snmprec_device import FakeDevice, Question

from agent.snmp.engine import Answer, Kind, Missing, Oid, Value

_KINDS: dict[Any, Kind] = {
    v2c.GetRequestPDU.tagSet: "get",
    v2c.GetNextRequestPDU.tagSet: "next",
    v2c.GetBulkRequestPDU.tagSet: "bulk",
}
_MISSING = {
    Missing.NO_SUCH_OBJECT: rfc1905.noSuchObject,
    Missing.NO_SUCH_INSTANCE: rfc1905.noSuchInstance,
    Missing.END_OF_VIEW: rfc1905.endOfMibView,
}


class Agent(asyncio.DatagramProtocol):
    """Counts requests from 1."""

    def __init__(self, behave: Behaviour) -> None:
        self.behave = behave
        self.requests = 0
        self.port = 0
        self.transport: Any = None

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        self.port = transport.get_extra_info("sockname")[1]

    def datagram_received(self, data: bytes, addr: Any) -> None:
        self.requests += 1
        self.behave(self, data, addr)


Behaviour = Callable[[Agent, bytes, Any], None]


@contextlib.asynccontextmanager
async def listening(behave: Behaviour, host: str = "127.0.0.1") -> AsyncIterator[Agent]:
    """An agent on a port of its own."""
    loop = asyncio.get_running_loop()
    transport, agent = await loop.create_datagram_endpoint(lambda: Agent(behave), local_addr=(host, 0))
    try:
        yield agent
    finally:
        transport.close()
        await asyncio.sleep(0)


def question_in(request: bytes) -> tuple[int, Kind, tuple[Oid, ...], int]:
    """Request id, kind, OIDs and repetitions of a v2c request."""
    pdu = _pdu(request, v2c)
    kind = _KINDS[pdu.tagSet]
    names = tuple(tuple(name) for name, _value in v2c.apiPDU.get_varbinds(pdu))
    repetitions = int(v2c.apiBulkPDU.get_max_repetitions(pdu)) if kind == "bulk" else 0
    return int(v2c.apiPDU.get_request_id(pdu)), kind, names, repetitions


def answer_to(
    request: bytes,
    values: Sequence[Any] | None = None,
    *,
    names: Sequence[Oid] | None = None,
    shift: int = 0,
    error: int = 0,
    error_at: int = 0,
    version: str = "2c",
) -> bytes:
    """The answer to a request: one value (of pysnmp's types) for each name, by default for each name asked.
    ``shift`` moves the request id."""
    api = v1 if version == "1" else v2c
    request_message, _rest = decoder.decode(request, asn1Spec=api.Message())
    pdu = api.apiMessage.get_pdu(request_message)
    asked = [tuple(name) for name, _value in api.apiPDU.get_varbinds(pdu)]
    response = api.GetResponsePDU()
    api.apiPDU.set_defaults(response)
    api.apiPDU.set_request_id(response, api.apiPDU.get_request_id(pdu) + shift)
    api.apiPDU.set_error_status(response, error)
    api.apiPDU.set_error_index(response, error_at)
    filled = [api.Null("")] * len(asked) if values is None else values
    api.apiPDU.set_varbinds(response, list(zip(asked if names is None else names, filled, strict=True)))
    message = api.Message()
    api.apiMessage.set_defaults(message)
    api.apiMessage.set_community(message, api.apiMessage.get_community(request_message))
    api.apiMessage.set_pdu(message, response)
    return bytes(encoder.encode(message))


def obedient(device: FakeDevice) -> Behaviour:
    """An agent that answers v2c as this device does; a twist that raises TimeoutError keeps it silent."""

    def behave(agent: Agent, request: bytes, addr: Any) -> None:
        _request_id, kind, names, repetitions = question_in(request)
        question = Question(kind, names, repetitions, 1, len(device.asked))
        device.asked.append(question)
        try:
            answer = (device.twist(question) if device.twist else None) or device.obey(question)
        except TimeoutError:
            return
        agent.transport.sendto(packed(request, answer), addr)

    return behave


def packed(request: bytes, answer: Answer) -> bytes:
    """An answer in plain values as a datagram."""
    names = [name for name, _value in answer.varbinds]
    values = [_typed(value) for _name, value in answer.varbinds]
    return answer_to(request, values, names=names, error=answer.error, error_at=answer.error_at)


def _pdu(request: bytes, api: Any) -> Any:
    message, _rest = decoder.decode(request, asn1Spec=api.Message())
    return api.apiMessage.get_pdu(message)


def _typed(value: Value) -> Any:
    if isinstance(value, Missing):
        return _MISSING[value]
    if isinstance(value, bytes):
        return v2c.OctetString(value)
    if isinstance(value, tuple):
        return v2c.ObjectIdentifier(value)
    return v2c.Null("") if value is None else v2c.Integer(value)
