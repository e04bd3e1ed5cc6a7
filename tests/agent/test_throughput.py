"""Load tests: when they may run, what their numbers prove, and a real iperf3 on loopback."""

from __future__ import annotations

import asyncio
import contextlib
import json
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from netns import need_namespaces, school
from web_site import need_ipv6

from agent.probes.config import ProbesSettings, Throughput
from agent.probes.cpu import Load, Ticks, load_between, ticks
from agent.probes.iperf import Run, read_report
from agent.probes.names import Names
from agent.probes.run import due_kinds
from agent.probes.throughput import Conditions, Way, judged, probe_throughput
from agent.probes.window import may_run
from inventory.probes import PROBE_REASONS, Family, ProbeResult

SHANGHAI = ZoneInfo("Asia/Shanghai")
NIGHT = datetime(2026, 9, 1, 23, 0, tzinfo=SHANGHAI)
AT = "2026-09-01T15:00:00Z"
BLANK = ProbeResult(
    kind="throughput", name="county", family="ipv6", target="x", at=AT, ok=None, unit="Mbit/s"
)
needs_iperf3 = pytest.mark.skipif(shutil.which("iperf3") is None, reason="iperf3 is not installed")


def settings(**more: Any) -> Throughput:
    return Throughput(server="127.0.0.1", **more)


@pytest.mark.parametrize(
    ("local", "allowed"),
    [
        ("2026-09-01 21:59", False),
        ("2026-09-01 22:00", True),
        ("2026-09-02 02:00", True),
        ("2026-09-02 04:59:30", False),  # it would end after five
        ("2026-09-02 10:00", False),
    ],
)
def test_a_test_stays_within_the_allowed_hours(local: str, allowed: bool) -> None:
    now = datetime.fromisoformat(local).replace(tzinfo=SHANGHAI).astimezone(UTC)

    assert may_run(settings(windows=["22:00-05:00"]), now, 75) is allowed


@pytest.mark.parametrize(
    ("local", "allowed"),
    [
        ("2027-06-06 11:00", True),
        ("2027-06-06 23:00", False),  # the night before the examination
        ("2027-06-07 02:00", False),
        ("2027-06-08 23:00", False),
        ("2027-06-10 12:00", True),
    ],
)
def test_days_of_examinations_and_the_nights_before_are_left_alone(local: str, allowed: bool) -> None:
    now = datetime.fromisoformat(local).replace(tzinfo=SHANGHAI)
    load = settings(windows=["00:00-24:00"], not_on=["2027-06-07..2027-06-09"])

    assert may_run(load, now, 75) is allowed


@pytest.mark.parametrize("text", ["25:00-26:00", "22:00", "22:00-24:30", "22-23"])
def test_hours_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="hours such as"):
        settings(windows=[text])


def test_a_load_test_is_due_only_when_it_may_run() -> None:
    probes = ProbesSettings(throughput=settings())
    day = datetime(2026, 9, 1, 12, 0, tzinfo=SHANGHAI)

    assert "throughput" in due_kinds(probes, NIGHT.timestamp(), {})
    assert "throughput" not in due_kinds(probes, day.timestamp(), {})
    assert "throughput" not in due_kinds(probes, NIGHT.timestamp(), {"throughput": NIGHT.timestamp() - 60})
    assert "throughput" not in due_kinds(ProbesSettings(), NIGHT.timestamp(), {})


GOOD = Run(mbps=9400.0, host_cpu=0.6, server_cpu=0.5, version="iperf 3.12")
IDLE = Load(0.3, 0.6)


def verdict(
    *, up: Way | None = None, down: Way | None = None, nic: float | None = 10_000, busy: float | None = 0.05
) -> ProbeResult:
    ways = {"up": up or Way(GOOD, IDLE), "down": down or Way(GOOD, IDLE)}
    return judged(BLANK, settings(), Conditions("2001:db8::1", "eth0", nic, busy), ways)  # type: ignore[arg-type]


def test_a_number_with_nothing_else_in_its_way_is_valid() -> None:
    result = verdict(down=Way(Run(mbps=8700.0), IDLE))

    assert (result.ok, result.value, result.reason) == (True, 8700.0, None)
    assert result.details["bound"] == "exact"
    assert (result.details["up_mbps"], result.details["down_mbps"]) == (9400.0, 8700.0)


@pytest.mark.parametrize(
    ("doubt", "reason"),
    [
        ({"nic": 1000.0}, "probe_nic_too_slow"),
        ({"nic": None}, "probe_nic_unknown"),
        ({"busy": None}, "link_load_unknown"),
        ({"up": Way(Run(mbps=9000.0, host_cpu=0.93), IDLE)}, "cpu_bound"),
        ({"down": Way(Run(mbps=9000.0, server_cpu=0.95), IDLE)}, "cpu_bound"),
        ({"up": Way(GOOD, Load(0.92, 0.95))}, "cpu_bound"),
        ({"up": Way(GOOD, Load(0.26, 1.0))}, "cpu_bound"),  # one core takes all packets off the card
    ],
)
def test_a_number_that_something_else_may_have_held_back_is_a_lower_bound(
    doubt: dict[str, Any], reason: str
) -> None:
    result = verdict(**doubt)

    assert (result.ok, result.reason, result.details["bound"]) == (None, reason, "lower")
    assert result.value is not None


def test_a_gigabit_card_can_never_fail_a_ten_gigabit_link() -> None:
    """metric-catalogue 3.6: 0.93 Gbit/s from a probe with a 1G card is unknown(probe_nic_too_slow)."""
    result = verdict(up=Way(Run(mbps=930.0), IDLE), down=Way(Run(mbps=930.0), IDLE), nic=1000)

    assert (result.ok, result.value, result.reason) == (None, 930.0, "probe_nic_too_slow")


def test_one_direction_alone_is_no_result() -> None:
    result = judged(
        BLANK,
        settings(),
        Conditions("2001:db8::1", "eth0", 10_000, 0.0),
        {"up": Way(GOOD, IDLE), "down": Way(Run(reason="server_busy"), IDLE)},
    )

    assert (result.ok, result.value, result.reason) == (None, None, "server_busy")


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        ("the server is busy running a test. try again later", "server_busy"),
        ("unable to connect to server: Connection refused", "no_server"),
        ("unable to connect to server - server may have stopped running: Connection timed out", "no_server"),
        ("control socket has closed unexpectedly", "test_failed"),
    ],
)
def test_iperf3s_own_errors_are_told(error: str, reason: str) -> None:
    assert read_report(json.dumps({"error": error}).encode(), 8).reason == reason


@pytest.mark.parametrize("text", [b"", b"{", b"[]", b'{"end": {}}', b"\xff"])
def test_half_a_report_is_no_number(text: bytes) -> None:
    assert read_report(text, 8) == Run(reason="test_failed", version="")


def test_the_receivers_count_is_the_payload_that_arrived() -> None:
    end = {
        "sum_sent": {"bits_per_second": 9.9e9, "bytes": 5, "retransmits": 3},
        "sum_received": {"bits_per_second": 9.4e9, "bytes": 4},
        "cpu_utilization_percent": {"host_total": 91.0, "remote_total": 40.0},
    }
    text = json.dumps({"start": {"version": "iperf 3.12"}, "end": end}).encode()

    run = read_report(text, 8)

    assert (run.mbps, run.retransmits, run.host_cpu, run.server_cpu) == (9400.0, 3, 0.91, 0.4)


def test_processors_are_read_from_the_kernel(tmp_path: Path) -> None:
    stat = tmp_path / "stat"
    stat.write_text("cpu  10 0 10 80 0 0 0 0 0 0\ncpu0 10 0 10 80 0 0 0 0 0 0\nintr 1\n", encoding="ascii")
    before = ticks(stat)
    stat.write_text("cpu  60 0 10 130 0 0 0 0 0 0\ncpu0 60 0 10 130 0 0 0 0 0 0\n", encoding="ascii")

    assert load_between(before, ticks(stat)) == Load(0.5, 0.5)
    assert load_between(before, before) is None
    assert load_between(Ticks(), before) is None
    assert ticks(tmp_path / "none") == Ticks()


def run_test(load: Throughput, family: Family = "ipv4", **more: Any) -> ProbeResult:
    return asyncio.run(probe_throughput(load, family, NIGHT, AT, Names(), **more))


def test_a_busy_link_is_not_loaded_further() -> None:
    result = run_test(settings(), busy_ratio=0.31, binary="/nonexistent")

    assert (result.ok, result.value, result.reason) == (None, None, "link_busy")
    assert result.details == {"busy_ratio": 0.31}


def test_outside_its_hours_nothing_is_sent() -> None:
    result = run_test(settings(windows=["01:00-02:00"]), binary="/nonexistent")

    assert (result.ok, result.reason) == (None, "outside_window")


def test_a_missing_program_is_told() -> None:
    result = run_test(settings(), busy_ratio=0.0, binary="/nonexistent/iperf3")

    assert (result.ok, result.value, result.reason) == (None, None, "iperf3_missing")


def test_a_program_that_never_ends_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hang = tmp_path / "hang"
    hang.write_text("#!/bin/sh\nexec sleep 600\n", encoding="ascii")
    hang.chmod(0o755)
    monkeypatch.setattr("agent.probes.iperf.GRACE_S", -2.5)  # 1 s + 2 s omitted - 2.5 s

    result = run_test(settings(seconds=1), busy_ratio=0.0, binary=str(hang))

    assert (result.ok, result.value, result.reason) == (None, None, "timeout")


def moody_program(folder: Path, *reports: dict[str, Any]) -> str:
    """A program that prints these reports, one at each start, the last for ever."""
    for number, report in enumerate(reports):
        (folder / f"report{number}").write_text(json.dumps(report), encoding="ascii")
    program = folder / "moody"
    program.write_text(
        f"""#!/bin/sh
cd {folder}
number=$(cat starts 2>/dev/null || echo 0)
echo $((number + 1)) >starts
[ -e report$number ] || number={len(reports) - 1}
cat report$number
""",
        encoding="ascii",
    )
    program.chmod(0o755)
    return str(program)


REPORT = {"start": {"version": "iperf 3.12"}, "end": {"sum_received": {"bits_per_second": 5e7, "bytes": 1}}}
BUSY = {"error": "error - the server is busy running a test. try again later"}
CLOSED = {"error": "error - unable to connect to server: Connection refused"}


@pytest.mark.parametrize("mood", [BUSY, CLOSED, {"error": "control socket has closed unexpectedly"}])
def test_a_server_that_still_clears_up_after_our_first_test_is_waited_for(
    mood: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agent.probes.throughput._AGAIN_AFTER_S", (0.0, 0.0))
    program = moody_program(tmp_path, REPORT, mood, mood, REPORT)

    result = run_test(settings(seconds=1, nic_mbps=10_000), busy_ratio=0.0, binary=program)

    assert (result.value, (tmp_path / "starts").read_text().strip()) == (50.0, "4")


@pytest.mark.parametrize(
    ("mood", "reason", "starts"), [(BUSY, "server_busy", "3"), (CLOSED, "no_server", "1")]
)
def test_a_server_that_stays_busy_is_not_waited_for_for_ever(
    mood: dict[str, Any], reason: str, starts: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agent.probes.throughput._AGAIN_AFTER_S", (0.0, 0.0))
    program = moody_program(tmp_path, mood)

    result = run_test(settings(seconds=1), busy_ratio=0.0, binary=program)

    assert (result.value, result.reason) == (None, reason)
    assert (tmp_path / "starts").read_text().strip() == starts


@contextlib.contextmanager
def iperf3_server(host: str) -> Iterator[int]:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as sock:
        sock.bind((host, 0))
        port = int(sock.getsockname()[1])
    command = ["iperf3", "-s", "-B", host, "-p", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            assert process.poll() is None, "iperf3 ended at once"
            with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as sock:
                try:
                    sock.bind((host, port))
                except OSError:
                    break
            time.sleep(0.05)
        yield port
    finally:
        process.terminate()
        process.wait(10)


@needs_iperf3
@pytest.mark.parametrize(
    ("host", "family"), [("127.0.0.1", "ipv4"), pytest.param("::1", "ipv6", marks=need_ipv6())]
)
def test_a_real_iperf3_measures_both_ways(host: str, family: Family) -> None:
    """Loopback has no speed of its own, so the card's is given; on two cores it is cpu_bound by nature."""
    with iperf3_server(host) as port:
        load = Throughput(server=host, port=port, seconds=1, streams=2, nic_mbps=100_000)
        result = run_test(load, family, busy_ratio=0.0)

    assert result.reason in (None, "cpu_bound")
    assert result.value is not None
    assert result.value == min(result.details["up_mbps"], result.details["down_mbps"])  # type: ignore[type-var]
    assert result.value > 100
    assert str(result.details["iperf3"]).startswith("iperf 3.")
    assert {"up_iperf_cpu", "down_iperf_cpu", "up_server_cpu", "up_cpu"} <= result.details.keys()


@needs_iperf3
def test_loopback_without_a_given_card_proves_nothing() -> None:
    with iperf3_server("127.0.0.1") as port:
        result = run_test(settings(port=port, seconds=1, streams=1), busy_ratio=0.0)

    assert (result.ok, result.reason, result.details["bound"]) == (None, "probe_nic_unknown", "lower")


@needs_iperf3
def test_a_server_that_is_not_there_is_told() -> None:
    result = run_test(settings(port=9, seconds=1), busy_ratio=0.0)

    assert (result.ok, result.value, result.reason) == (None, None, "no_server")
    assert result.reason in PROBE_REASONS


MEASURE = """
import asyncio, sys
from datetime import UTC, datetime
import msgspec
from agent.probes.config import ProbesSettings
from agent.probes.run import run_probes
settings = ProbesSettings.model_validate({"throughput": {
    "server": sys.argv[1], "streams": 8, "seconds": 2, "reference_mbps": 1000, "windows": ["00:00-24:00"]}})
print(msgspec.json.encode(asyncio.run(
    run_probes(settings, {"throughput"}, datetime.now(UTC), busy_ratio=0.0))).decode())
"""


@needs_iperf3
@need_namespaces()
@pytest.mark.parametrize("address", ["198.51.100.1", "2001:db8:100::1"])
def test_a_school_with_a_thin_line_is_measured_exactly(address: str) -> None:
    """50 Mbit/s, shaped by the kernel both ways, over a card of 10 Gbit/s: only the line is in the way."""
    with school() as (inside, county):
        for space, card in ((inside, "eth0"), (county, "school")):
            shaped = ("rate", "50mbit", "burst", "64kbit", "latency", "100ms")
            space.run("tc", "qdisc", "add", "dev", card, "root", "tbf", *shaped)
        server = subprocess.Popen(county.command("iperf3", "-s"), stdout=subprocess.DEVNULL)
        try:
            (result,) = msgspec.json.decode(inside.python(MEASURE, address), type=list[ProbeResult])
        finally:
            server.terminate()
            server.wait(10)

    assert result.value is not None, result
    assert 25 < result.value < 55
    assert (result.details["interface"], result.details["nic_mbps"]) == ("eth0", 10_000)
    # Others may be using this computer's processors: then it says so.
    assert (result.ok, result.reason) in ((True, None), (None, "cpu_bound"))
