"""The uplink against real servers on loopback: login pages, cut and slow lines, long outages."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from batches import T0, batch
from cryptography.hazmat.primitives import hashes
from uplink_server import (
    SAMPLES,
    TOKEN,
    Answer,
    Server,
    cut_short,
    filled,
    half,
    http,
    of_another,
    opened,
    receipt,
    saying,
    settings,
    ship,
)

from agent.config import CollectorSettings
from agent.spool import Spool
from agent.uplink import Progress, client_for, compress, sender, ship_forever, ship_one, wait_s
from agent.uplink_body import thinned
from agent.uplink_http import Line, NotThrough, retry_after_s
from collector import ingest
from inventory.errors import CollectorError, ConfigError, Refused, Unreachable
from inventory.facts import (
    BOOT_HEADER,
    SENT_AT_HEADER,
    SENT_MONO_HEADER,
    Receipt,
    SampleColumns,
)


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    """Every spool of a test is closed at its end."""
    yield
    while opened:
        opened.pop().close()


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    return filled(tmp_path, 3)


@pytest.mark.parametrize(
    "answer",
    [
        saying(200, "Content-Type: text/html", body=b"<html>please log in</html>"),
        saying(200, body=b"{}"),
        saying(200, body=b""),
        saying(200, "Content-Encoding: gzip", body=b"\x1f\x8b"),
        saying(204, body=b""),
        saying(302, "Location: http://login.example/"),
        saying(400, body=b"<html>bad request</html>"),
        saying(404),
        of_another,
        half,
        cut_short,
        lambda _body: b"",
        lambda _body: b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
    ],
)
def test_what_is_not_the_receipt_of_this_batch_deletes_nothing(spool: Spool, answer: Answer) -> None:
    (error,) = ship(spool, Server([answer]))

    assert isinstance(error, CollectorError)
    assert (spool.depth().batches, spool.depth().refused) == (3, 0)
    assert TOKEN not in str(error)


def test_an_answer_without_end_is_cut_off(spool: Spool) -> None:
    (error,) = ship(spool, Server([lambda _body: http(200, b" " * 2 * 2**20)]))

    assert isinstance(error, Unreachable)
    assert spool.depth().batches == 3


def test_a_redirect_is_not_followed_and_the_token_goes_nowhere_else(spool: Spool) -> None:
    async def work() -> tuple[Server, CollectorError]:
        thief = Server()
        async with thief.listening() as elsewhere:
            server = Server([saying(307, f"Location: {elsewhere}/v1/batches")])
            async with server.listening() as url, client_for(settings(url)) as client:
                with pytest.raises(Unreachable, match="redirect") as error:
                    await sender(client)(spool.oldest().body)  # type: ignore[union-attr]
        return thief, error.value

    thief, _error = asyncio.run(work())

    assert thief.heads == []


def test_each_sending_says_what_the_clocks_say(spool: Spool) -> None:
    server = Server()

    ship(spool, server, 2)

    lines = [head.decode().split("\r\n")[1:] for head in server.heads]
    said = [dict(line.split(": ", 1) for line in one if line) for one in lines]
    monos = [float({k.title(): v for k, v in one.items()}[SENT_MONO_HEADER]) for one in said]
    assert monos[0] <= monos[1]
    for one in said:
        assert {SENT_AT_HEADER, BOOT_HEADER} <= {name.title() for name in one}


def test_a_proxy_of_the_environment_is_not_used(spool: Spool, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")

    assert ship(spool, Server()) == [None]


def test_an_hour_of_500_costs_nothing_but_time(spool: Spool, monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []

    def no_wait(failures: int, error: CollectorError) -> float:
        waits.append(wait_s(failures, error))
        return 0.0

    monkeypatch.setattr("agent.uplink.wait_s", no_wait)
    server, progress = Server([saying(500)] * 40), Progress()

    drain(spool, server, progress)

    assert (progress.shipped, progress.failures) == (3, 40)
    assert sum(waits) > 3600
    assert max(waits) <= 900


def test_what_queued_up_in_an_outage_is_drained_in_order(tmp_path: Path) -> None:
    spool, server = filled(tmp_path, 150), Server()

    drain(spool, server, Progress())

    assert [receipt(body).seq for body in server.bodies] == list(range(1, 151))


def drain(spool: Spool, server: Server, progress: Progress) -> None:
    async def work() -> None:
        total = spool.depth().batches
        done = asyncio.Event()

        def heed(_receipt: Receipt) -> None:
            if progress.shipped == total:
                done.set()

        async with server.listening() as url, client_for(settings(url)) as client:
            task = asyncio.create_task(ship_forever(spool, sender(client), asyncio.Event(), progress, heed))
            async with asyncio.timeout(60):
                await done.wait()
            task.cancel()

    asyncio.run(work())


def test_a_batch_too_large_goes_without_samples_and_says_so(tmp_path: Path) -> None:
    spool, server, progress = filled(tmp_path, 1, samples=SAMPLES), Server([saying(413)]), Progress()

    assert ship(spool, server, progress=progress) == [None]

    sent, _sha = ingest.decode(server.bodies[1], "zstd")
    assert (sent.samples, sent.gaps.what, sent.gaps.first_seq) == (SampleColumns(), ["samples"], [1])
    assert (progress.thinned, spool.depth().batches, spool.depth().refused) == (1, 0, 0)


def test_a_batch_too_slow_for_the_line_goes_without_samples_after_three_tries(tmp_path: Path) -> None:
    spool, server = filled(tmp_path, 1, samples=SAMPLES), Server([saying(408)] * 3)

    came = ship(spool, server, 3)

    assert [type(one) for one in came] == [Refused, Refused, type(None)]
    assert ingest.decode(server.bodies[-1], "zstd")[0].samples == SampleColumns()


def test_a_batch_that_never_gets_through_is_set_aside_in_the_end(tmp_path: Path) -> None:
    spool, server = filled(tmp_path, 2, samples=SAMPLES), Server([saying(408)] * 6)

    came = ship(spool, server, 6)

    assert came[-2:] == [None, None]
    assert (spool.depth().batches, spool.depth().refused) == (0, 1)


def test_a_thinned_batch_is_the_same_bytes_at_each_try(tmp_path: Path) -> None:
    spool, server = filled(tmp_path, 1, samples=SAMPLES), Server([saying(413), saying(503)])

    ship(spool, server, 2)

    assert server.bodies[1] == server.bodies[2] != server.bodies[0]


def test_broken_connections_alone_thin_nothing(tmp_path: Path) -> None:
    spool = filled(tmp_path, 1, samples=SAMPLES)

    came = ship(spool, Server([lambda _body: b""] * 50), 50)

    assert all(isinstance(one, NotThrough) for one in came)
    assert (spool.depth().batches, spool.depth().refused) == (1, 0)


def test_a_batch_larger_than_the_time_out_allows_arrives_over_a_slow_line(tmp_path: Path) -> None:
    """The server takes 40 kB/s: 60 kB need 1.5 s, and the time-out of an answer is half a second."""

    async def slowly(reader: asyncio.StreamReader, size: int) -> bytes:
        body = bytearray()
        while len(body) < size:
            body += await reader.read(4000)
            await asyncio.sleep(0.1)
        return bytes(body)

    noise = {("gw", f"port:{n}", "alias"): hashed(n) for n in range(800)}
    spool, server = filled(tmp_path, 1, changes=noise), Server(read=slowly)

    assert ship(spool, server, timeout_s=0.5) == [None]
    assert len(server.bodies[0]) > 40_000


def hashed(number: int) -> str:
    digest = hashes.Hash(hashes.SHA512())
    digest.update(str(number).encode())
    return digest.finalize().hex()


def test_a_collector_that_hangs_is_given_up_and_loses_nothing(tmp_path: Path) -> None:
    async def never(reader: asyncio.StreamReader, _size: int) -> bytes:
        while await reader.read(4000):
            pass
        raise ConnectionError

    spool = filled(tmp_path, 1, samples=SAMPLES)

    came = ship(spool, Server(read=never), 2, timeout_s=0.05)

    assert [type(one) for one in came] == [Unreachable] * 2
    assert (spool.depth().batches, spool.depth().refused) == (1, 0)


def test_the_limit_of_a_sending_follows_its_size_and_the_line() -> None:
    line = Line()
    at_first = line.limit_s(150_000, 30)

    line.carried(150_000, 150)
    slow = line.limit_s(150_000, 30)
    for _n in range(9):
        line.carried(150_000, 1)

    assert line.limit_s(150_000, 30) < at_first < slow
    line.too_slow()
    assert line.limit_s(150_000, 30) > 30 + 2 * 150_000 / 64_000
    assert line.limit_s(10**9, 30) == 1800


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("7", 7.0),
        (" 120 ", 120.0),
        ("Mon, 23 Nov 2026 10:01:30 GMT", 90.0),
        ("Mon, 23 Nov 2026 09:00:00 GMT", 0.0),
        ("", None),
        ("-5", None),
        ("soon", None),
        ("٣", None),
        ("9" * 500, 999999999.0),
    ],
)
def test_retry_after_is_seconds_or_a_date(value: str, seconds: float | None) -> None:
    headers = {"Retry-After": value, "Date": "Mon, 23 Nov 2026 10:00:00 GMT"}

    assert retry_after_s(headers) == seconds


@pytest.mark.parametrize("asked", [0.0, 7.0, 1e9])
def test_no_wait_is_longer_than_a_quarter_of_an_hour(asked: float) -> None:
    assert min(asked, 900) <= wait_s(40, Unreachable("x", retry_after_s=asked)) <= 900


def test_thinning_keeps_all_but_the_samples() -> None:
    one = batch(1, T0, changes={("gw", "", "model"): "万兆"}, samples=SAMPLES)

    small = thinned(compress(msgspec.json.encode(one)))

    assert small is not None
    assert ingest.decode(small, "zstd")[0] == msgspec.structs.replace(one, samples=SampleColumns())
    assert thinned(small) is None


@pytest.mark.parametrize("token", ["", "two words", "line\nbreak", "万兆"])
def test_a_token_that_cannot_be_sent_is_said_at_the_start_without_its_value(token: str) -> None:
    with pytest.raises(ConfigError, match="token") as error:
        client_for(CollectorSettings(url="http://127.0.0.1:1", token=f"plain:{token}"))

    assert not token or token not in str(error.value)


def test_a_changed_token_is_used_for_the_next_batch(spool: Spool, tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("wz_one\n")

    async def work(server: Server) -> None:
        reference = CollectorSettings.model_construct(
            url="", token=f"file:{file}", ca_file=None, cert_file=None, key_file=None, timeout_s=5.0
        )
        async with (
            server.listening() as url,
            client_for(reference.model_copy(update={"url": url})) as client,
        ):
            for token in ("wz_two", "", "wz_three"):
                file.write_text(token)
                one = spool.oldest()
                assert one is not None
                await ship_one(spool, sender(client), one, Progress())

    server = Server()
    asyncio.run(work(server))

    used = [head.lower().partition(b"authorization: bearer ")[2].split(b"\r\n")[0] for head in server.heads]
    assert used == [b"wz_two", b"wz_two", b"wz_three"]
