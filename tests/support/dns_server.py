"""A small name server on loopback, UDP and TCP, that can also misbehave."""

from __future__ import annotations

import asyncio
import contextlib
import struct
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

Zone = Mapping[str, Mapping[str, list[str]] | str]
"""name -> {"AAAA": [...], "A": [...], "NS": [...], "CNAME": [...]}, or a way to misbehave:

servfail, refused; silent: never answers; lost_once: the first datagram is lost; truncated: over UDP only a
stub, over TCP the address 2001:db8::7; cut: truncated, and TCP closes without an answer; garbage: no DNS.
A name that is not there does not exist."""


@dataclass
class NameServer(asyncio.DatagramProtocol):
    zone: Zone
    port: int = 0
    asked: Counter[tuple[str, str]] = field(default_factory=Counter)
    over_tcp: Counter[str] = field(default_factory=Counter)
    transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment]

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        question = dns.message.from_wire(data)
        name = question.question[0].name.to_text(omit_final_dot=True)
        self.asked[(name, dns.rdatatype.to_text(question.question[0].rdtype))] += 1
        how = self.zone.get(name)
        first = sum(count for (asked, _record), count in self.asked.items() if asked == name) == 1
        if how == "silent" or (how == "lost_once" and first):
            return
        assert self.transport is not None
        self.transport.sendto(b"nonsense" if how == "garbage" else self.answer(question, name, False), addr)

    async def serve_tcp(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            (length,) = struct.unpack("!H", await reader.readexactly(2))
            question = dns.message.from_wire(await reader.readexactly(length))
            name = question.question[0].name.to_text(omit_final_dot=True)
            self.over_tcp[name] += 1
            if self.zone.get(name) != "cut":
                wire = self.answer(question, name, True)
                writer.write(struct.pack("!H", len(wire)) + wire)
                await writer.drain()
        writer.close()

    def answer(self, question: dns.message.Message, name: str, tcp: bool) -> bytes:
        made = dns.message.make_response(question)
        how = self.zone.get(name)
        if how is None:
            made.set_rcode(dns.rcode.NXDOMAIN)
        elif how in ("servfail", "refused"):
            made.set_rcode(dns.rcode.from_text(how.upper()))  # type: ignore[union-attr]
        elif how in ("truncated", "cut") and not tcp:
            made.flags |= dns.flags.TC
        elif isinstance(how, str):
            made.answer.append(dns.rrset.from_text(name + ".", 60, "IN", "AAAA", "2001:db8::7"))
        else:
            self._fill(made, name, dns.rdatatype.to_text(question.question[0].rdtype))
        return made.to_wire()

    def _fill(self, made: dns.message.Message, name: str, record: str) -> None:
        rows = self.zone.get(name, {})
        if not isinstance(rows, Mapping):
            return
        for alias in rows.get("CNAME", []):
            made.answer.append(dns.rrset.from_text(name + ".", 60, "IN", "CNAME", alias + "."))
            self._fill(made, alias, record)
        if rows.get(record):
            made.answer.append(dns.rrset.from_text(name + ".", 60, "IN", record, *rows[record]))


@contextlib.asynccontextmanager
async def name_server(zone: Zone, host: str = "127.0.0.1") -> AsyncIterator[NameServer]:
    """A server with its ``port``, while the block runs."""
    loop = asyncio.get_running_loop()
    for last_try in (*[False] * 19, True):  # the port that UDP was given may be taken on TCP
        transport, server = await loop.create_datagram_endpoint(
            lambda: NameServer(zone), local_addr=(host, 0)
        )
        server.port = transport.get_extra_info("sockname")[1]
        try:
            tcp = await asyncio.start_server(server.serve_tcp, host, server.port)
            break
        except OSError:
            transport.close()
            if last_try:
                raise
    try:
        yield server
    finally:
        transport.close()
        tcp.close()
        await tcp.wait_closed()
