"""What the uplink does with each answer of a collector."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator
from pathlib import Path

import httpx
import msgspec
import pytest
from batches import T0, batch, packed

from agent.spool import Spool
from agent.uplink import LONGEST_WAIT_S, Progress, readdress, sender, ship_forever, ship_one, wait_s
from collector import ingest
from inventory.errors import CollectorError, Refused, Unreachable
from inventory.facts import Receipt


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[Spool]:
    one = Spool(tmp_path / "spool.db", max_bytes=10**6, max_age_s=1e9)
    for _n in range(3):
        one.append(float(T0), lambda epoch, seq, _gaps: packed(batch(seq, T0 + seq * 300, epoch=epoch)))
    yield one
    one.close()


def collector(
    *statuses: int, headers: dict[str, str] | None = None
) -> tuple[httpx.AsyncClient, list[httpx.Request]]:
    """A client whose collector answers with these statuses in turn, then with 200."""
    waiting, seen = list(statuses), []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        status = waiting.pop(0) if waiting else 200
        said = receipt(request.content) if status == 200 else {"error": "said so"}
        return httpx.Response(status, json=said, headers=headers)

    return httpx.AsyncClient(base_url="http://collector", transport=httpx.MockTransport(answer)), seen


def receipt(body: bytes, **changed: object) -> dict[str, object]:
    """What a collector answers to this body."""
    one, _sha = ingest.decode(body, "zstd")
    given = Receipt(status="stored", agent=one.agent, epoch=one.epoch, lane=one.lane, seq=one.seq)
    return {**msgspec.to_builtins(given), **changed}


def ship(spool: Spool, client: httpx.AsyncClient, progress: Progress | None = None) -> None:
    one = spool.oldest()
    assert one is not None
    asyncio.run(ship_one(spool, sender(client), one, progress or Progress()))


def test_a_batch_is_deleted_only_after_the_receipt(spool: Spool) -> None:
    client, seen = collector(200)

    ship(spool, client)

    assert spool.depth().batches == 2
    decoded, _sha = ingest.decode(seen[0].content, seen[0].headers["Content-Encoding"])
    assert (decoded.seq, decoded.epoch) == (1, spool.epoch)


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_busy_or_broken_collector_costs_nothing(spool: Spool, status: int) -> None:
    client, _seen = collector(status, headers={"Retry-After": "7"})

    with pytest.raises(Unreachable) as error:
        ship(spool, client)

    assert error.value.retry_after_s == 7
    assert spool.depth().batches == 3


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_token_keeps_every_batch_and_says_what_to_do(spool: Spool, status: int) -> None:
    client, _seen = collector(status)

    with pytest.raises(Refused, match="enrol"):
        ship(spool, client)

    assert (spool.depth().batches, spool.depth().refused) == (3, 0)


@pytest.mark.parametrize("status", [400, 413, 415, 422])
def test_a_batch_that_is_never_taken_does_not_stop_the_others(spool: Spool, status: int) -> None:
    client, _seen = collector(status)

    ship(spool, client)
    ship(spool, client)

    assert (spool.depth().batches, spool.depth().refused) == (1, 1)


def test_a_number_used_twice_begins_a_new_epoch_and_ships_all_again(spool: Spool) -> None:
    old = spool.epoch
    client, seen = collector(409)

    for _n in range(4):
        ship(spool, client)

    assert spool.epoch != old
    assert spool.depth().batches == 0
    sent = [ingest.decode(r.content, "zstd")[0] for r in seen]
    assert [(b.seq, b.epoch == old) for b in sent] == [(1, True), (1, False), (2, False), (3, False)]


def test_no_connection_is_an_error_with_the_address_that_may_be_tried_again(spool: Spool) -> None:
    def refuse(_request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused")

    client = httpx.AsyncClient(base_url="http://collector:1", transport=httpx.MockTransport(refuse))

    with pytest.raises(Unreachable, match="http://collector:1") as error:
        ship(spool, client)

    assert error.value.retry


def test_everything_is_shipped_when_the_collector_is_back(
    spool: Spool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agent.uplink.wait_s", lambda _failures, _error: 0.0)
    client, _seen = collector(503, 503, 200, 500)
    progress = Progress()

    async def until_empty() -> None:
        task = asyncio.create_task(ship_forever(spool, sender(client), asyncio.Event(), progress))
        async with asyncio.timeout(20):
            while spool.depth().batches:  # noqa: ASYNC110 - the spool has no event for this
                await asyncio.sleep(0)
        task.cancel()

    asyncio.run(until_empty())

    assert (progress.shipped, progress.failures) == (3, 3)


def test_waits_grow_with_full_jitter_up_to_a_quarter_of_an_hour() -> None:
    rng = random.Random(1)
    error = Unreachable("away")
    waits = {n: [wait_s(n, error, rng) for _k in range(500)] for n in (1, 5, 60)}

    assert 0 <= min(waits[1]) <= max(waits[1]) <= 1
    assert max(waits[5]) > 10
    assert max(waits[5]) <= 16
    assert LONGEST_WAIT_S * 0.9 < max(waits[60]) <= LONGEST_WAIT_S
    assert min(waits[60]) < LONGEST_WAIT_S * 0.1


@pytest.mark.parametrize(
    ("error", "low", "high"),
    [(Unreachable("x", retry_after_s=30), 30, 31), (Refused("x", status=401), 60, 120)],
)
def test_waits_follow_what_the_collector_said(error: CollectorError, low: float, high: float) -> None:
    assert low <= wait_s(1, error, random.Random(2)) <= high


def test_readdressing_changes_nothing_but_the_epoch() -> None:
    one = batch(7, T0, changes={("gw", "", "model"): "万兆"})

    again, _sha = ingest.decode(readdress(packed(one), "fresh"), "zstd")

    assert again.epoch == "fresh"
    assert (again.seq, again.polls, again.facts) == (one.seq, one.polls, one.facts)
