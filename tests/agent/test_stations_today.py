"""Machines heard today: who counts, for how long, and what leaves the school."""

from __future__ import annotations

import asyncio
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.config import AgentSettings, DeviceSettings
from agent.device import Job
from agent.poll import ALL_JOBS, STATUS_JOBS
from agent.rounds import Memory, run_round
from agent.samples import Block
from agent.spool import Spool
from agent.stations_today import StationsToday
from collector import ingest
from inventory.facts import Batch, GapColumns, Lane
from inventory.reading import Interface, Ipv6Address, Neighbor, NeighborCounts, Reading, Table

SHANGHAI = ZoneInfo("Asia/Shanghai")
ZONE = "Asia/Shanghai"
PORTS = [Interface(if_index=10, name="Vlanif10", type=53), Interface(if_index=20, name="Vlanif20", type=53)]


def at(day: int, hour: int, minute: int = 0) -> int:
    """A time of September 2026 in Shanghai."""
    return int(datetime(2026, 9, day, hour, minute, tzinfo=SHANGHAI).timestamp())


def v4(station: str, if_index: int = 10) -> Neighbor:
    return Neighbor(if_index=if_index, version=4, station=station)


def v6(station: str, state: str | None = "stale", scope: Any = "global", if_index: int = 10) -> Neighbor:
    return Neighbor(if_index=if_index, version=6, station=station, scope=scope, state=state)


def reading(*heard: Neighbor, status: Any = "ok", **parts: Any) -> Reading:
    """A device with IPv6 on its networks that was asked whom it has heard."""
    counts = [sum(item.version == version for item in heard) for version in (4, 6)]
    values: dict[str, Any] = {
        "interfaces": PORTS,
        "neighbors": list(heard),
        "neighbor_counts": NeighborCounts(ipv4=counts[0], ipv6=counts[1]),
        "ipv6_addresses": [Ipv6Address(address="2001:da8:10::1", if_index=10, scope="global")],
        "tables": {"neighbors": Table(status=status), "ipv6_addresses": Table(status="ok")},
    }
    return Reading(address="192.0.2.1", polled_at="2026-09-18T00:00:00Z", outcome="ok", **(values | parts))


def counts(blocks: list[Block]) -> dict[tuple[str, str], int | None]:
    """(interface, key) -> count."""
    return {
        (subject.removeprefix("port:"), key): value
        for block in blocks
        for key, values in zip(block.key, block.value, strict=True)
        for subject, value in zip(block.subject, values, strict=True)
    }


@pytest.fixture
def today(tmp_path: Path) -> StationsToday:
    return StationsToday(tmp_path / "stations-today.json", ZONE)


def heard(
    today: StationsToday, *neighbors: Neighbor, slot: int = at(18, 9), **parts: Any
) -> dict[str, int | None]:
    """The counts of Vlanif10 after a poll that heard these."""
    told = reading(*neighbors, **parts)
    found = counts(today.add("gw", told, told, slot))
    return {key: value for (port, key), value in found.items() if port == "Vlanif10"}


def told(ipv4: int, ipv6: int, both: int) -> dict[str, int]:
    return {"stations_ipv4": ipv4, "stations_ipv6": ipv6, "stations": both}


def test_a_machine_counts_once_however_many_addresses_and_families_it_has(today: StationsToday) -> None:
    link_local = v6("a", scope="link_local")

    assert heard(today, v4("a"), v6("a"), link_local, v4("b"), v6("c")) == told(2, 2, 3)


@pytest.mark.parametrize(
    ("state", "scope", "counted"),
    [
        ("reachable", "global", 1),
        ("stale", "global", 1),
        ("delay", "global", 1),
        ("probe", "global", 1),
        ("unknown", "global", 0),
        (None, "global", 0),
        ("incomplete", "global", 0),
        ("stale", "link_local", 0),
        ("stale", "ula", 0),
        ("stale", "other", 0),
    ],
)
def test_of_ipv6_only_a_living_global_entry_counts(
    today: StationsToday, state: str | None, scope: str, counted: int
) -> None:
    living = v6("known", "reachable")

    assert heard(today, v4("x"), living, v6("y", state, scope))["stations_ipv6"] == 1 + counted


def test_the_day_adds_up_over_its_polls_and_a_machine_that_left_still_counts(today: StationsToday) -> None:
    heard(today, v4("a"), v6("a"), slot=at(18, 8))
    heard(today, v4("b"), v6("z", scope="link_local"), slot=at(18, 9))

    assert heard(today, v4("a"), v6("b"), slot=at(18, 10)) == told(2, 2, 2)


def test_the_day_begins_at_midnight_of_the_school_and_not_of_greenwich(today: StationsToday) -> None:
    heard(today, v4("a"), v6("a"), slot=at(18, 7, 55))

    assert heard(today, v4("b"), v6("b"), slot=at(18, 8, 5)) == told(2, 2, 2)  # 00:05 UTC
    assert heard(today, v4("b"), v6("b"), slot=at(18, 23, 55)) == told(2, 2, 2)
    assert heard(today, v4("b"), v6("b"), slot=at(19, 0, 0)) == told(1, 1, 1)


def test_a_restart_loses_nothing_of_the_day_and_a_new_day_begins_empty(tmp_path: Path) -> None:
    path = tmp_path / "stations-today.json"
    before = StationsToday(path, ZONE)
    heard(before, v4("a"), v6("a"))
    before.save()

    assert heard(StationsToday(path, ZONE), v4("b"), v6("z", scope="link_local")) == told(2, 1, 2)
    assert heard(StationsToday(path, ZONE), v4("b"), v6("b"), slot=at(19, 8)) == told(1, 1, 1)


def test_a_damaged_file_is_set_aside_and_the_day_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "stations-today.json"
    path.write_text('{"day": 7}')

    assert heard(StationsToday(path, ZONE), v4("a"), v6("a")) == told(1, 1, 1)
    assert (tmp_path / "stations-today.json.damaged").exists()


def test_the_file_is_readable_by_its_owner_alone_and_written_only_when_something_changed(
    tmp_path: Path,
) -> None:
    path = tmp_path / "stations-today.json"
    today = StationsToday(path, ZONE)
    heard(today, v4("a"), v6("a"))
    today.save()
    assert path.stat().st_mode & 0o077 == 0

    path.unlink()
    heard(today, v4("a"), v6("a"))
    today.save()
    assert not path.exists()


def test_more_machines_than_it_remembers_are_left_out_of_both_families(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    today = StationsToday(tmp_path / "s.json", ZONE, most=2)

    found = heard(today, v4("a"), v4("b"), v4("c"), v6("c"), v6("a"))

    assert found == told(2, 1, 2)
    assert "no more are counted" in caplog.text


def test_a_full_memory_has_room_again_the_next_day(tmp_path: Path) -> None:
    today = StationsToday(tmp_path / "s.json", ZONE, most=1)
    heard(today, v4("a"), v6("a"))

    assert heard(today, v4("b"), v6("b"), slot=at(19, 8)) == told(1, 1, 1)


def test_each_interface_counts_for_itself(today: StationsToday) -> None:
    both = reading(v4("a"), v6("a"), v4("a", if_index=20), v4("b", if_index=20))

    found = counts(today.add("gw", both, both, at(18, 9)))

    assert (found["Vlanif10", "stations"], found["Vlanif20", "stations"]) == (1, 2)
    assert found["Vlanif20", "stations_ipv6"] == 0


def test_each_device_counts_for_itself(today: StationsToday) -> None:
    one = reading(v4("a"), v6("a"))
    today.add("gw", one, one, at(18, 9))

    assert counts(today.add("core", one, one, at(18, 9)))["Vlanif10", "stations"] == 1


def test_an_entry_of_an_interface_that_has_no_name_is_nobodys(today: StationsToday) -> None:
    assert heard(today, v4("a"), v6("a"), v4("b", if_index=99)) == told(1, 1, 1)


@pytest.mark.parametrize("status", ["partial", "timeout", "error", "unsupported"])
def test_an_answer_that_broke_off_gives_no_count_and_is_remembered(today: StationsToday, status: str) -> None:
    assert heard(today, v4("a"), v6("a"), status=status) == {}
    assert heard(today, v4("b"), v6("b")) == told(2, 2, 2)


def test_a_device_without_a_table_of_ipv6_neighbours_proves_nothing_of_ipv6(today: StationsToday) -> None:
    found = heard(today, v4("a"), neighbor_counts=NeighborCounts(ipv4=1, ipv6=None))

    assert found == {"stations_ipv4": 1}


def test_a_device_without_an_arp_table_does_not_make_everybody_dual_stack(today: StationsToday) -> None:
    found = heard(today, v6("a"), neighbor_counts=NeighborCounts(ipv4=None, ipv6=1))

    assert found == {"stations_ipv6": 1}


@pytest.mark.parametrize("state", [None, "unknown"])
def test_a_device_that_never_says_which_entries_live_proves_nothing(
    today: StationsToday, state: str | None
) -> None:
    assert heard(today, v4("a"), v6("a", state), v6("b", state)) == {"stations_ipv4": 1}


def test_an_empty_table_of_a_router_with_ipv6_proves_nothing(today: StationsToday) -> None:
    assert heard(today, v4("a")) == {"stations_ipv4": 1}


def test_an_empty_table_of_a_device_without_ipv6_is_none_at_all(today: StationsToday) -> None:
    assert heard(today, v4("a"), ipv6_addresses=[]) == told(1, 0, 1)


def test_an_empty_table_of_a_device_that_does_not_tell_its_addresses_proves_nothing(
    today: StationsToday,
) -> None:
    tables = {"neighbors": Table(status="ok"), "ipv6_addresses": Table(status="unsupported")}

    assert heard(today, v4("a"), ipv6_addresses=[], tables=tables) == {"stations_ipv4": 1}


MACHINES = st.lists(
    st.tuples(st.sampled_from("abcdef"), st.sampled_from(["v4", "v6", "dead", "link"])), max_size=30
)


def _neighbor(machine: str, kind: str) -> Neighbor:
    if kind == "v4":
        return v4(machine)
    return v6(machine, "unknown" if kind == "dead" else "stale", "link_local" if kind == "link" else "global")


@given(MACHINES, st.randoms(use_true_random=False))
def test_the_counts_do_not_depend_on_the_order_and_fit_each_other(
    tmp_path_factory: pytest.TempPathFactory, machines: list[tuple[str, str]], rng: Any
) -> None:
    always = [("first", "v4"), ("first", "v6")]
    polls = [[*always, *machines[:7]], [*always, *machines[7:]]]
    shuffled = [rng.sample(poll, len(poll)) for poll in polls]
    rng.shuffle(shuffled)
    found = []
    for order in (polls, shuffled):
        today = StationsToday(tmp_path_factory.mktemp("s") / "s.json", ZONE)
        found.append([heard(today, *(_neighbor(*machine) for machine in poll)) for poll in order][-1])

    assert found[0] == found[1]
    ipv4, ipv6 = ({name for name, kind in (*always, *machines) if kind == family} for family in ("v4", "v6"))
    assert found[0] == told(len(ipv4), len(ipv6), len(ipv4 | ipv6))


def test_a_round_ships_the_counts_with_the_poll_that_asked_for_neighbours_and_no_names(
    tmp_path: Path,
) -> None:
    config = AgentSettings(
        campus="c1",
        state_dir=tmp_path,
        collector={"url": "http://127.0.0.1:1", "token": "plain:t"},  # type: ignore[arg-type]
        device=[{"id": "gw", "role": "gateway", "address": "127.0.0.1", "community": "plain:public"}],  # type: ignore[list-item]
    )
    memory = Memory(stations=StationsToday(tmp_path / "s.json", config.timezone))
    asked: list[frozenset[Job]] = []

    async def poll(device: DeviceSettings, jobs: frozenset[Job], limit_s: float) -> Reading:
        asked.append(jobs)
        return reading(v4("00112233aabbccdd"), v6("00112233aabbccdd"))

    batches, bodies = _rounds(config, memory, poll, tmp_path)

    assert asked == [ALL_JOBS, STATUS_JOBS | {"counters"}]
    keys = [[key for block in batch.samples.key for key in block] for batch in batches]
    assert keys == [["stations_ipv4", "stations_ipv6", "stations"], []]
    assert batches[0].samples.subject[0] == ["port:Vlanif10"]
    assert all(b"00112233aabbccdd" not in body for body in bodies)
    assert (tmp_path / "s.json").exists()


def _rounds(
    config: AgentSettings, memory: Memory, poll: Any, folder: Path
) -> tuple[list[Batch], list[bytes]]:
    """Two rounds five minutes apart: their batches, and these as JSON."""
    spool = Spool(folder / "spool.db", max_bytes=10**6, max_age_s=1e9)
    found: list[Batch] = []
    append = spool.append

    def watched(made_at: float, build: Any, lane: Lane = "backlog") -> int:
        def kept(epoch: str, seq: int, gaps: GapColumns) -> bytes:
            body: bytes = build(epoch, seq, gaps)
            found.append(ingest.decode(body, "zstd")[0])
            return body

        return append(made_at, kept, lane=lane)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(spool, "append", watched)
        for now in (at(18, 9), at(18, 9, 5)):
            asyncio.run(run_round(config, memory, spool, now, poll))
    spool.close()
    return found, [msgspec.json.encode(batch) for batch in found]
