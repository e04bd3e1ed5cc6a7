"""A recorded device answers like the device."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest

from agent.poll import poll_device
from agent.snmp.engine import Missing, oid
from agent.snmp.replay import load_recording, value_of
from agent.snmp.target import Target
from inventory.errors import InputError

LINES = """# a comment
1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.2011.2.23
1.3.6.1.2.1.1.5.0|4x|e5ad97
1.3.6.1.2.1.2.2.1.2.7|4|eth|0
1.3.6.1.2.1.2.2.1.10.7|65|4294967295
1.3.6.1.2.1.4.20.1.1.10.0.0.1|64|10.0.0.1
"""


def recorded(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "device.snmprec"
    path.write_text(text, encoding="utf-8")
    return path


def test_every_type_is_read(tmp_path: Path) -> None:
    device = load_recording(recorded(tmp_path, LINES))

    assert device.objects[oid("1.3.6.1.2.1.1.2.0")] == oid("1.3.6.1.4.1.2011.2.23")
    assert device.objects[oid("1.3.6.1.2.1.1.5.0")] == "字".encode()
    assert device.objects[oid("1.3.6.1.2.1.2.2.1.2.7")] == b"eth|0"
    assert device.objects[oid("1.3.6.1.2.1.2.2.1.10.7")] == 4294967295
    assert device.objects[oid("1.3.6.1.2.1.4.20.1.1.10.0.0.1")] == bytes((10, 0, 0, 1))
    assert value_of("5", b"") is None
    assert value_of("64x", b"0a000001") == bytes((10, 0, 0, 1))


def test_a_recording_can_be_polled(tmp_path: Path) -> None:
    device = load_recording(recorded(tmp_path, LINES))
    now = datetime(2026, 9, 1, tzinfo=UTC)

    reading = asyncio.run(poll_device(Target("192.0.2.1", community="x"), now=now, engine=device))

    assert (reading.outcome, reading.system.vendor, reading.system.sys_name) == ("ok", "Huawei", "字")
    assert [item.descr for item in reading.interfaces] == ["eth|0"]


def test_it_ends_and_says_what_it_lacks(tmp_path: Path) -> None:
    device = load_recording(recorded(tmp_path, LINES))

    last = asyncio.run(device.ask("next", [oid("1.3.6.1.2.1.4.20.1.1.10.0.0.1")], [1.0]))
    lacks = asyncio.run(device.ask("get", [oid("1.3.6.1.2.1.1.5.1"), oid("1.3.6.1.2.1.9.1.0")], [1.0]))

    assert last.varbinds[0][1] is Missing.END_OF_VIEW
    assert [value for _oid, value in lacks.varbinds] == [Missing.NO_SUCH_INSTANCE, Missing.NO_SUCH_OBJECT]


@pytest.mark.parametrize("line", ["1.3.6.1|4", "1.x|4|a", "1.3|99|a", "1.3|4x|zz", "1.3|2|many"])
def test_a_damaged_line_is_named(tmp_path: Path, line: str) -> None:
    with pytest.raises(InputError, match=r"device\.snmprec:2"):
        load_recording(recorded(tmp_path, f"# fine\n{line}\n"))
