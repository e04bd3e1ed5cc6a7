"""The agent's small HTTP server: what it hands out, and what it does not let happen."""

from __future__ import annotations

import asyncio
import gzip
import socket
import ssl
from collections.abc import Awaitable, Callable
from pathlib import Path

import bcrypt
import httpx
import pytest
from authority import Authority

from agent.page import CONNECTIONS, HEAD_BYTES, TEXT, Answer, PageServer
from inventory.errors import StoreError
from inventory.web import TlsServerSettings, WebSettings

PAGE = b"wanzhao_x 1\n" * 50
OPEN = WebSettings()


def pages(path: str, target: str) -> Answer:
    return Answer(200, PAGE + target.encode(), TEXT) if path == "/probe" else Answer(404, b"no\n")


def run(work: Callable[[str], Awaitable[None]], web: WebSettings = OPEN) -> None:
    """Serve while some work is done."""

    async def both() -> None:
        server = PageServer(pages, web)
        address = await server.start("127.0.0.1:0")
        try:
            async with asyncio.timeout(60):
                await work(address)
        finally:
            await server.close()

    asyncio.run(both())


def test_pages_go_out_plain_and_packed_over_one_connection() -> None:
    async def work(address: str) -> None:
        async with httpx.AsyncClient(base_url=f"http://{address}") as client:
            plain = await client.get("/probe?target=gw%2F1", headers={"Accept-Encoding": "identity"})
            packed = await client.get("/probe")
            head = await client.head("/probe")
            gone = await client.get("/nothing")
        assert plain.content == PAGE + b"gw/1"
        assert plain.headers["Content-Type"] == TEXT
        assert packed.headers["Content-Encoding"] == "gzip"
        assert packed.content == PAGE
        assert (head.status_code, head.content) == (200, b"")
        assert gone.status_code == 404

    run(work)


async def raw(address: str, data: bytes) -> bytes:
    host, port = address.rsplit(":", 1)
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(data)
    answer = await reader.read(-1)
    writer.close()
    return answer


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"\x16\x03\x01 nonsense\r\n\r\n", b" 400 "),
        (b"POST /probe HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", b" 405 "),
        (b"GET /probe HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello", b" 413 "),
        (b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", b" 431 "),
        (b"GET /probe?target=%ff HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", b" 200 "),
        (b"GET http://[::1/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", b" 400 "),
    ],
)
def test_what_is_no_plain_question_is_refused(request_: bytes, status: bytes) -> None:
    async def work(address: str) -> None:
        assert status in (await raw(address, request_)).split(b"\r\n")[0]
        async with httpx.AsyncClient() as client:  # and the next one is served
            assert (await client.get(f"http://{address}/probe")).status_code == 200

    run(work)


def test_half_a_head_is_not_waited_for_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agent.page.HEAD_TIMEOUT_S", 0.2)

    async def work(address: str) -> None:
        assert await raw(address, b"GET /probe HTTP/1.1\r\nHost") == b""

    run(work)


def test_more_connections_than_it_keeps_are_closed_at_once() -> None:
    async def work(address: str) -> None:
        host, port = address.rsplit(":", 1)
        kept = [await asyncio.open_connection(host, int(port)) for _ in range(CONNECTIONS)]
        await asyncio.sleep(0.1)
        with pytest.raises(httpx.HTTPError):
            async with httpx.AsyncClient() as client:
                await client.get(f"http://{address}/probe")
        for _reader, writer in kept:
            writer.close()
        await asyncio.sleep(0.1)
        async with httpx.AsyncClient() as client:
            assert (await client.get(f"http://{address}/probe")).status_code == 200

    run(work)


def test_a_page_that_cannot_be_made_is_an_error_and_not_the_end() -> None:
    calls = []

    def broken(path: str, _target: str) -> Answer:
        calls.append(path)
        raise KeyError("a fault of ours")

    async def both() -> None:
        server = PageServer(broken, OPEN)
        address = await server.start("127.0.0.1:0")
        async with httpx.AsyncClient() as client:
            for _again in range(2):
                assert (await client.get(f"http://{address}/probe")).status_code == 500
        await server.close()

    asyncio.run(both())
    assert len(calls) == 2


def test_strangers_are_asked_who_they_are() -> None:
    web = WebSettings(basic_auth_users={"p": bcrypt.hashpw(b"secret", bcrypt.gensalt(4)).decode()})

    async def work(address: str) -> None:
        async with httpx.AsyncClient(base_url=f"http://{address}") as client:
            stranger = await client.get("/probe")
            assert stranger.status_code == 401
            assert b"wanzhao_x" not in stranger.content
            assert (await client.get("/probe", auth=("p", "secret"))).status_code == 200

    run(work, web)


def test_it_speaks_tls_where_it_is_told_to(tmp_path: Path) -> None:
    county = Authority(tmp_path, "county")
    cert, key = county.certificate("agent")
    web = WebSettings(tls_server_config=TlsServerSettings(cert_file=cert, key_file=key))

    async def work(address: str) -> None:
        async with httpx.AsyncClient(verify=ssl.create_default_context(cafile=str(county.file))) as client:
            assert (await client.get(f"https://{address}/probe")).content == PAGE
        with pytest.raises(httpx.HTTPError):
            async with httpx.AsyncClient() as client:
                await client.get(f"http://{address}/probe")

    run(work, web)


def test_a_port_that_is_taken_is_named() -> None:
    taken = socket.create_server(("127.0.0.1", 0))
    address = f"127.0.0.1:{taken.getsockname()[1]}"

    async def start() -> None:
        await PageServer(pages, OPEN).start(address)

    with pytest.raises(StoreError, match=address):
        asyncio.run(start())
    taken.close()


def test_the_bound_of_a_head_is_what_the_reader_buffers() -> None:
    assert HEAD_BYTES >= 4096  # a scrape's head is some 500 bytes
    assert gzip.decompress(gzip.compress(PAGE, 1)) == PAGE
