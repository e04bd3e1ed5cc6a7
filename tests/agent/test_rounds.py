"""One round: what it polls, what it says of silence, what it writes."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import pytest

from agent.config import AgentSettings, DeviceSettings
from agent.daemon import first_round
from agent.device import Job
from agent.merge import merge
from agent.outcome import any_alive
from agent.poll import ALL_JOBS
from agent.rounds import SHORT_QUEUE, Build, Memory, run_round
from agent.spool import Spool
from agent.wifi.kept import KnownAps
from collector import ingest
from collector.store.write import Sender
from inventory.digest import digest_of
from inventory.errors import StoreError
from inventory.facts import Batch, GapColumns, Lane, Receipt
from inventory.reading import (
    Interface,
    Ipv6Address,
    LldpNeighbor,
    Outcome,
    PortCounters,
    Reading,
    System,
    Table,
)
from inventory.wifi import AccessPoint, Wireless

T0 = 1_790_000_100 // 300 * 300
PORT = "port:GE0/0/1"


def settings(folder: Path, **changes: Any) -> AgentSettings:
    device = {"address": "127.0.0.1", "community": "plain:public"}
    values: dict[str, Any] = {
        "campus": "c1",
        "state_dir": folder,
        "collector": {"url": "http://127.0.0.1:1", "token": "plain:t"},
        "device": [{"id": "gw", "role": "gateway", **device}, {"id": "sw", "role": "access", **device}],
    }
    return AgentSettings(**(values | changes))


def reading(speed: float = 10000, outcome: Outcome = "ok", **parts: Any) -> Reading:
    tables = {name: Table(status="ok") for name in ("interfaces", "ipv6_addresses")}
    ports = [
        Interface(if_index=1, name="GE0/0/1", type=6, oper_status="up", speed_mbps=speed, connector=True)
    ]
    values: dict[str, Any] = {
        "tables": tables,
        "interfaces": ports,
        "system": System(sys_object_id="1.3.6.1.4.1.9"),
    }
    if outcome != "ok":
        values = {}
    return Reading(address="127.0.0.1", polled_at="2026-11-22T00:00:00Z", outcome=outcome, **(values | parts))


@dataclass
class Campus:
    """Devices that answer what the test says, and the agent's state between rounds."""

    settings: AgentSettings
    spool: Spool
    memory: Memory = field(default_factory=Memory)
    answers: dict[str, Reading] = field(default_factory=lambda: {"gw": reading(), "sw": reading(1000)})
    asked: list[tuple[str, frozenset[str]]] = field(default_factory=list)

    async def poll(self, device: DeviceSettings, jobs: frozenset[str], limit_s: float) -> Reading:
        assert 0 < limit_s < self.settings.poll_interval_s
        self.asked.append((device.id, jobs))
        return self.answers[device.id]

    def round(self, now: float) -> Batch:
        """Run a round and give back the batch that it spooled."""
        return self.lanes(now)["backlog"]

    def lanes(self, now: float) -> dict[str, Batch]:
        """Run a round and give back the batch of each lane that it spooled."""
        bodies: dict[str, bytes] = {}
        append = self.spool.append

        def watched(made_at: float, build: Build, lane: Lane = "backlog") -> int:
            def kept(epoch: str, seq: int, gaps: GapColumns) -> bytes:
                bodies[lane] = build(epoch, seq, gaps)
                return bodies[lane]

            return append(made_at, kept, lane=lane)

        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(self.spool, "append", watched)
            asyncio.run(run_round(self.settings, self.memory, self.spool, now, self.poll))
        return {lane: ingest.decode(body, "zstd")[0] for lane, body in bodies.items()}


@pytest.fixture
def campus(tmp_path: Path) -> Iterator[Campus]:
    spool = Spool(tmp_path / "spool.db", max_bytes=10**6, max_age_s=1e9)
    yield Campus(settings(tmp_path), spool)
    spool.close()


def outcomes(batch: Batch) -> dict[str, str]:
    return dict(zip(batch.polls.device, batch.polls.outcome, strict=True))


def facts(batch: Batch) -> dict[tuple[str, str, str], object]:
    columns = batch.facts
    names = zip(columns.device, columns.subject, columns.key, strict=True)
    return dict(zip(names, columns.value, strict=True))


def test_a_round_belongs_to_the_slot_it_was_made_in(campus: Campus) -> None:
    batch = campus.round(T0 + 137.5)

    assert set(batch.polls.slot) == {T0}
    assert outcomes(batch) == {"gw": "ok", "sw": "ok"}
    assert (batch.campus, batch.interval_s, batch.seq) == ("c1", 300, 1)


def test_a_silent_device_is_down_when_another_answers(campus: Campus) -> None:
    campus.answers["gw"] = reading(outcome="gap")

    assert outcomes(campus.round(T0)) == {"gw": "down", "sw": "ok"}


def test_when_nobody_answers_nobody_can_tell(campus: Campus) -> None:
    campus.answers = {"gw": reading(outcome="gap"), "sw": reading(outcome="gap")}

    assert outcomes(campus.round(T0)) == {"gw": "gap", "sw": "gap"}


@pytest.mark.parametrize("listens", [True, False])
def test_a_reference_that_answers_or_refuses_tells_down_from_gap(campus: Campus, listens: bool) -> None:
    with socket.socket() as reference:
        reference.bind(("127.0.0.1", 0))
        if listens:
            reference.listen()
        address = f"127.0.0.1:{reference.getsockname()[1]}"
        campus.settings = settings(campus.settings.state_dir, references=[address])
        campus.answers = {"gw": reading(outcome="gap"), "sw": reading(outcome="gap")}

        assert outcomes(campus.round(T0)) == {"gw": "down", "sw": "down"}


@pytest.mark.parametrize("reference", ["nonsense", "127.0.0.1:x", "host.invalid:80"])
def test_a_reference_that_is_none_proves_nothing(reference: str) -> None:
    assert asyncio.run(any_alive([reference])) is False


def test_the_first_round_tells_the_whole_state_and_the_next_only_changes(campus: Campus) -> None:
    first = campus.round(T0)
    second = campus.round(T0 + 300)
    campus.answers["gw"] = reading(1000)
    third = campus.round(T0 + 600)

    assert set(first.frames.device) == {"gw", "sw"}
    assert facts(first)[("gw", PORT, "speed_mbps")] == 10000
    assert (second.frames.device, facts(second)) == ([], {})
    assert facts(third) == {("gw", PORT, "speed_mbps"): 1000}


def test_a_fact_that_is_gone_is_said_to_be_gone(campus: Campus) -> None:
    campus.answers["gw"] = reading(
        ipv6_addresses=[Ipv6Address(address="2001:db8::1", prefix_length=64, if_index=1, scope="global")]
    )
    first = campus.round(T0)
    campus.answers["gw"] = reading()
    second = campus.round(T0 + 300)

    assert facts(first)[("gw", PORT, "ipv6")] == ["2001:db8::1/64"]
    assert facts(second)["gw", PORT, "ipv6"] is None
    assert {key for _device, _subject, key in facts(second)} == {"ipv6", "ipv6_ladder"}


def test_a_table_that_timed_out_keeps_its_facts_and_says_so(campus: Campus) -> None:
    address = Ipv6Address(address="2001:db8::1", prefix_length=64, if_index=1, scope="global")
    campus.answers["gw"] = reading(ipv6_addresses=[address])
    campus.round(T0)
    broken = reading()
    broken.tables["ipv6_addresses"] = Table(status="timeout")
    campus.answers["gw"] = broken

    changed = facts(campus.round(T0 + 300))

    assert ("gw", PORT, "ipv6") not in changed
    tables = changed[("gw", "", "tables")]
    assert isinstance(tables, dict)
    assert tables["ipv6_addresses"] == "timeout"


def test_a_silent_device_keeps_its_facts(campus: Campus) -> None:
    campus.round(T0)
    campus.answers["gw"] = reading(outcome="gap")

    batch = campus.round(T0 + 300)

    assert outcomes(batch)["gw"] == "down"
    assert facts(batch) == {}


def test_a_new_day_begins_with_the_whole_state(campus: Campus) -> None:
    day = T0 // 86400 * 86400 + 86400
    campus.round(day - 300)

    assert set(campus.round(day).frames.device) == {"gw", "sw"}


def test_after_a_lost_batch_the_whole_state_is_told_again(campus: Campus) -> None:
    campus.round(T0)
    one = campus.spool.oldest()
    assert one is not None
    campus.spool._drop(one.epoch, one.lane, one.seq, one.made_at, "damaged")

    assert set(campus.round(T0 + 300).frames.device) == {"gw", "sw"}


def test_a_full_disk_costs_the_round_and_the_next_tells_the_whole_state(
    campus: Campus, monkeypatch: pytest.MonkeyPatch
) -> None:
    campus.round(T0)

    def refuse(*_arguments: object, **_more: object) -> int:
        raise StoreError("disk full")

    with monkeypatch.context() as patched:
        patched.setattr(campus.spool, "append", refuse)
        asyncio.run(run_round(campus.settings, campus.memory, campus.spool, T0 + 300, campus.poll))

    batch = campus.round(T0 + 600)
    assert set(batch.polls.slot) == {T0 + 600}
    assert set(batch.frames.device) == {"gw", "sw"}


def states_of(batches: list[Batch]) -> dict[str, dict[tuple[str, str], Any]]:
    """What a collector knows of each device that has these batches."""
    states: dict[str, dict[tuple[str, str], Any]] = {}
    for batch in batches:
        for device in batch.frames.device:
            states[device] = {}
        for (device, subject, key), value in facts(batch).items():
            if value is None:
                states[device].pop((subject, key))
            else:
                states[device][subject, key] = value
    return states


def test_the_digests_are_those_of_the_states_that_the_batches_add_up_to(campus: Campus) -> None:
    batches = []
    for number, speed in enumerate((10000, 10000, 1000, 2500)):
        campus.answers["gw"] = reading(speed)
        batches.append(campus.round(T0 + 300 * number))

        said = dict(zip(batches[-1].digests.device, batches[-1].digests.digest, strict=True))
        assert said == {device: digest_of(state) for device, state in states_of(batches).items()}


def test_a_device_whose_state_the_collector_doubts_is_told_as_a_whole(campus: Campus) -> None:
    first = campus.round(T0)
    campus.memory.heed(
        Receipt(status="stored", agent="c1", epoch="e", lane="backlog", seq=1, frames_wanted=["gw", "gone"])
    )

    second, third = campus.round(T0 + 300), campus.round(T0 + 600)

    assert (second.frames.device, third.frames.device) == (["gw"], [])
    assert states_of([second])["gw"] == states_of([first])["gw"]


def test_the_present_overtakes_a_backlog_with_the_whole_state(campus: Campus) -> None:
    lanes = [campus.lanes(T0 + 300 * number) for number in range(SHORT_QUEUE + 2)]

    assert ["now" in found for found in lanes] == [False] * SHORT_QUEUE + [True, True]
    now = lanes[-1]["now"]
    assert set(now.polls.slot) == {T0 + 300 * (SHORT_QUEUE + 1)}
    assert set(now.frames.device) == {"gw", "sw"}
    assert states_of([now]) == states_of([found["backlog"] for found in lanes])
    assert now.digests == lanes[-1]["backlog"].digests
    assert now.samples.device == []


def test_a_silent_device_has_no_frame_in_the_present(campus: Campus) -> None:
    for number in range(SHORT_QUEUE):
        campus.round(T0 + 300 * number)
    campus.answers["sw"] = reading(outcome="gap")

    now = campus.lanes(T0 + 300 * SHORT_QUEUE)["now"]

    assert (now.frames.device, outcomes(now)) == (["gw"], {"gw": "ok", "sw": "down"})


def test_a_batch_says_when_it_was_made_by_a_clock_that_nobody_sets(campus: Campus) -> None:
    one, two = campus.round(T0), campus.round(T0 + 300)

    assert 0 < one.made_mono <= two.made_mono
    assert one.boot == two.boot != ""


def test_numbers_travel_with_the_slot_in_which_they_were_measured(campus: Campus) -> None:
    campus.answers["gw"] = reading(counters=[PortCounters(if_index=1, in_octets=2**40)])
    campus.round(T0)
    campus.answers["gw"] = reading()  # no counters in this poll: the old ones are not sent again

    samples = campus.round(T0 + 300).samples

    assert set(samples.slot) == {T0 + 300}
    assert not any("in_octets" in keys for keys in samples.key)


def test_each_job_has_its_own_interval(campus: Campus) -> None:
    for seconds in (0, 300, 900, 1800, 21600):
        campus.round(T0 + seconds)

    often: set[Job] = {"status", "counters"}
    jobs = [set(asked) for device, asked in campus.asked if device == "gw"]
    assert jobs == [
        ALL_JOBS,
        often,
        {*often, "environment"},
        {*often, "environment", "topology"},
        ALL_JOBS,
    ]


def test_a_device_that_was_silent_is_asked_for_everything_when_it_is_back(campus: Campus) -> None:
    campus.answers["gw"] = reading(outcome="gap")
    campus.round(T0)
    campus.answers["gw"] = reading()
    campus.round(T0 + 300)

    assert [asked for device, asked in campus.asked if device == "gw"] == [ALL_JOBS, ALL_JOBS]


def test_a_status_round_keeps_what_an_inventory_round_found() -> None:
    neighbor = LldpNeighbor(local_if_index=1, sys_name="core")
    whole = reading(
        lldp_neighbors=[neighbor], system=System(sys_object_id="1.3.6.1.4.1.9", serial="SN1", sys_name="a")
    )
    whole.tables["lldp_neighbors"] = Table(status="ok", rows=1)
    status = reading(system=System(sys_object_id="1.3.6.1.4.1.9", sys_name="b"))

    merged = merge(whole, status)

    assert merged.lldp_neighbors == [neighbor]
    assert merged.tables["lldp_neighbors"].read_at == whole.polled_at
    assert merged.tables["interfaces"].read_at is None
    assert merge(merged, status).tables["lldp_neighbors"].read_at == whole.polled_at
    assert (merged.system.serial, merged.system.sys_name) == ("SN1", "b")


def test_another_device_at_the_same_address_inherits_nothing() -> None:
    before = reading(system=System(sys_object_id="1.3.6.1.4.1.9", serial="SN1"))
    now = reading(system=System(sys_object_id="1.3.6.1.4.1.2011"))

    assert merge(before, now) == now


@pytest.mark.parametrize("interval", [2, 60, 300])
def test_rounds_start_inside_a_slot_at_the_campuss_own_offset(tmp_path: Path, interval: int) -> None:
    one = settings(tmp_path, poll_interval_s=interval)
    starts = [first_round(one, T0 + n * interval / 7).timestamp() for n in range(20)]

    offsets = {round(start % interval, 3) for start in starts}
    assert len(offsets) == 1
    assert 0.1 * interval <= offsets.pop() <= 0.5 * interval
    other = first_round(settings(tmp_path, poll_interval_s=interval, campus="c2"), T0).timestamp() % interval
    assert other != pytest.approx(starts[0] % interval)


def test_a_batch_is_valid_for_the_collector(campus: Campus) -> None:
    batch = campus.round(T0)

    ingest.check(batch, Sender("s1", "c1", "c1"), T0 + 10.0)
    assert msgspec.json.decode(msgspec.json.encode(batch), type=Batch) == batch


def test_names_of_any_length_make_a_batch_that_the_collector_takes(campus: Campus) -> None:
    long = "x" * 255
    ports = [
        Interface(if_index=n, name=long, type=6, oper_status="up", speed_mbps=1000.0, connector=True)
        for n in (1, 2)
    ]
    campus.answers["gw"] = reading(interfaces=ports)

    batch = campus.round(T0)

    ingest.check(batch, Sender("s1", "c1", "c1"), T0 + 10.0)
    assert len({subject for _device, subject, _key in facts(batch) if subject.startswith("port:xxx")}) == 2


def controller(*macs: str) -> Reading:
    aps = [AccessPoint(mac=mac, name=f"AP-{mac[-2:]}", state="online") for mac in macs]
    whole = reading(wireless=Wireless(aps=aps))
    whole.tables["wireless"] = Table(status="ok", rows=len(aps))
    return whole


def test_an_access_point_that_left_while_the_agent_was_down_is_missing(
    campus: Campus, tmp_path: Path
) -> None:
    path = tmp_path / "access-points.json"
    campus.memory.aps = KnownAps(path)
    campus.answers["gw"] = controller("00:00:00:00:00:01", "00:00:00:00:00:02")
    campus.round(T0)
    campus.memory = Memory(aps=KnownAps(path))  # the agent starts again
    campus.answers["gw"] = controller("00:00:00:00:00:01")

    after = facts(campus.round(T0 + 300))

    assert after["gw", "ap:00:00:00:00:00:01", "state"] == "online"
    assert after["gw", "ap:00:00:00:00:00:02", "state"] == "missing"
    assert after["gw", "ap:00:00:00:00:00:02", "missing_since"] == "2026-11-22T00:00:00Z"


def test_a_damaged_memory_of_access_points_is_set_aside(campus: Campus, tmp_path: Path) -> None:
    path = tmp_path / "access-points.json"
    path.write_bytes(b"[not json")
    campus.memory.aps = KnownAps(path)
    campus.answers["gw"] = controller("00:00:00:00:00:01")

    campus.round(T0)

    assert path.with_name("access-points.json.damaged").read_bytes() == b"[not json"
    assert path.stat().st_mode & 0o777 == 0o600
    assert KnownAps(path).completed("gw", controller()).wireless != controller().wireless
