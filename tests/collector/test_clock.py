"""When a batch was made: by uptime, by the clock at sending, or by neither."""

from __future__ import annotations

from typing import Any

import pytest
from batches import T0, batch

from collector.clock import Correction, correction, shifted
from inventory.facts import Batch, SampleColumns

NOW = T0 + 7200.0
DAY = 86400
YEARS_56 = int(NOW) // 300 * 300


def made(at: float, mono: float = 1000.0, boot: str = "b1", **fields: Any) -> Batch:
    return batch(1, int(at) // 300 * 300, made_at=at, made_mono=mono, boot=boot, **fields)


@pytest.mark.parametrize(
    ("one", "sent_at", "sent_mono", "boot", "expected"),
    [
        # An hour ago, and the clock is right.
        (made(NOW - 3600), NOW, 4600.0, "b1", Correction(0.0, 0)),
        # The clock is 400 days ahead, then and now.
        (made(NOW - 3600 + 400 * DAY), NOW + 400 * DAY, 4600.0, "b1", Correction(-400.0 * DAY, -400 * DAY)),
        # Two days behind.
        (made(NOW - 3600 - 2 * DAY), NOW - 2 * DAY, 4600.0, "b1", Correction(2.0 * DAY, 2 * DAY)),
        # 1970 at boot, NTP between making and sending: the clock is right now, and was not then.
        (made(50.0, mono=40.0), NOW, 3640.0, "b1", Correction(0.0, round((NOW - 3650) / 300) * 300)),
        # NTP the other way: it was right, and is wrong now.
        (made(NOW - 3600), NOW - DAY, 4600.0, "b1", Correction(float(DAY), 0)),
        # Another boot since: the clock at sending must do.
        (made(NOW - 3600 - DAY), NOW - DAY, 10.0, "b2", Correction(float(DAY), DAY)),
        # Another boot, and the clock is right now, but a batch of 1970 cannot be: made by now.
        (made(50.0), NOW, 10.0, "b2", Correction(0.0, round((NOW - 50) / 300) * 300)),
        # From the future, and nothing else is known.
        (made(NOW + DAY, boot=""), None, None, "", Correction(None, -DAY)),
        # An agent that does not say anything of its clock yet.
        (made(NOW - 3600, boot=""), None, None, "", Correction(None, 0)),
        # Two minutes wrong: within half an interval.
        (made(NOW - 3720), NOW - 120, 4600.0, "b1", Correction(120.0, 0)),
        # The uptime of the sending cannot be before that of the making: not believed.
        (made(NOW - 3600), NOW, 5.0, "b1", Correction(0.0, 0)),
    ],
    ids=[
        "right",
        "ahead",
        "behind",
        "1970-then-ntp",
        "wrong-since",
        "new-boot",
        "1970-new-boot",
        "future",
        "silent",
        "a-little",
        "uptime-runs-back",
    ],
)
def test_a_batch_is_moved_to_when_it_was_made(
    one: Batch, sent_at: float | None, sent_mono: float | None, boot: str, expected: Correction
) -> None:
    assert correction(one, sent_at, sent_mono, boot, NOW) == expected


def test_the_same_batch_sent_a_second_time_is_moved_by_the_same() -> None:
    one = made(50.0, mono=40.0)

    first = correction(one, 3650.0, 3640.0, "b1", NOW)
    second = correction(one, NOW + 900, 4540.0, "b1", NOW + 900)

    assert first.shift_s == second.shift_s


def test_all_slots_of_a_batch_move_together_and_stay_on_the_interval() -> None:
    one = batch(1, T0, changes={("gw", "", "model"): "x"}, frames=("gw",))
    one = Batch(
        **{name: getattr(one, name) for name in one.__struct_fields__ if name != "samples"},
        samples=SampleColumns(device=["gw"], slot=[T0], subject=[[]], key=[[]], scale=[[]], value=[[]]),
    )

    moved = shifted(one, -600)

    for part in ("polls", "facts", "frames", "samples"):
        assert set(getattr(moved, part).slot) == {T0 - 600}
    assert moved.made_at == one.made_at


def test_a_batch_without_an_interval_is_left_to_the_checks() -> None:
    assert correction(made(1.0, interval_s=0), NOW, 1.0, "b1", NOW).shift_s == 0
