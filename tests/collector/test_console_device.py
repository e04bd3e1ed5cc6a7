"""The pages about a school's devices: what was told as of a time, plots of samples, and who may see them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from asgi import Client
from console_world import ADMIN, CLERK, SCHOOLS, World, world
from sixty_filled import arrive
from sixty_register import register_of
from sixty_store import INTERVAL_S, batches_of
from sixty_types import HOURS, CampusTruth, CountyTruth

from agent.changes import Columns
from agent.samples import Block
from collector.console.plots import rates, with_holes
from collector.store.engine import open_store
from inventory.facts import Batch

OWN, OTHER = SCHOOLS[1], SCHOOLS[0]
AT = "2026-09-18T20:00"
HOSTILE = "<script>alert(1)</script>\"'{{7*7}}"
OTHER_GATEWAY = f"/{OTHER.campuses[0].id}/{OTHER.campuses[0].id}-gw"
OCTETS = 8
LAST_HOURS = range(len(HOURS) - 6, len(HOURS))


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    engine = open_store(f"sqlite:///{tmp_path_factory.mktemp('console') / 'wanzhao.db'}")
    yield world(engine)
    engine.dispose()


@pytest.fixture
def console(there: World) -> Client:
    there.person = ADMIN
    return Client(there.app)


def page_of(campus: CampusTruth, device: str, school: str) -> str:
    return f"/console/schools/{school}/devices/{campus.id}/{device}"


def gateway(campus: CampusTruth, school: str = "") -> str:
    return page_of(campus, f"{campus.id}-gw", school or TELLS.id)


TELLS, TELLING = next(
    (school, campus)
    for school in SCHOOLS
    for campus in school.campuses
    if campus.tells_octets and set(campus.gateway[-6:]) == {"ok"} and not {*campus.restarts} & {*LAST_HOURS}
)
"""A campus whose gateway tells octets and was read without a break in the last hours."""


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_list_names_every_device_of_the_school_and_links_its_page(console: Client, language: str) -> None:
    answer = console.get(
        f"/console/schools/{OWN.id}/devices?as_of={AT}", headers={"Cookie": f"wanzhao_language={language}"}
    )

    assert answer.status_code == 200
    for campus in OWN.campuses:
        assert gateway(campus, OWN.id) in answer.text


def test_a_device_page_tells_its_ports_as_of_the_time_and_how_it_was_polled(console: Client) -> None:
    page = console.get(f"{gateway(TELLING)}?as_of={AT}").text
    day = TELLING.gateway[-24:]

    assert f"{day.count('ok')} / {day.count('down')} / {day.count('gap')}" in page
    for _oper, mbps in TELLING.members[-1]:
        assert mbps is None or f'<td class="fig">{mbps}</td>' in page
    assert "XGigabitEthernet0/0/1" in page


def test_before_anything_was_told_the_page_says_so_and_shows_no_number(console: Client) -> None:
    page = console.get(f"{gateway(TELLING)}?as_of=2026-07-01", headers={"Cookie": "wanzhao_language=en"}).text

    assert "XGigabitEthernet" not in page
    assert "Nothing was measured in this time." in page
    assert "Nothing has been told of this yet." in page


def test_access_points_of_a_controller_are_listed_with_their_states(console: Client) -> None:
    campus = next(
        campus
        for school in SCHOOLS
        for campus in school.campuses
        if campus.aps and campus.controller[-1] == "ok"
    )
    school = next(school for school in SCHOOLS if campus in school.campuses)
    page = console.get(f"{page_of(campus, f'{campus.id}-ac', school.id)}?as_of={AT}").text

    assert page.count("02:00:00:00:00:") >= len(campus.aps)


def test_a_plot_gives_the_true_rates_of_the_hours(console: Client) -> None:
    address = f"{gateway(TELLING)}/samples.json?as_of={AT}&plot=octets&of=port:XGigabitEthernet0/0/1"
    told = console.get(address).json()
    lines = {key: dict(zip(told["slots"], values, strict=True)) for key, values in told["lines"]}

    assert told["unit"] == "bit/s"
    for n in LAST_HOURS[1:]:
        slot = int(HOURS[n].timestamp())
        assert HOURS[n] - HOURS[n - 1] == timedelta(hours=1)
        into, out = (bps // OCTETS * OCTETS for bps in TELLING.load[n - 1])
        assert (lines["in_octets"][slot], lines["out_octets"][slot]) == (into, out)


def test_the_page_holds_the_newest_numbers_for_who_has_no_script(console: Client) -> None:
    page = console.get(f"{gateway(TELLING)}?as_of={AT}&plot=octets&of=port:XGigabitEthernet0/0/1").text
    newest = TELLING.load[len(HOURS) - 2][0] // OCTETS * OCTETS

    assert f'<td class="fig">{newest}</td>' in page


def test_a_counter_that_fell_and_a_hole_have_no_rate() -> None:
    counter = [(0, 100), (60, 700), (120, 50), (180, 110), (600, 9000)]

    assert rates(counter, 60) == [(60, 10.0), (120, None), (180, 1.0), (600, None)]
    assert rates(counter[:2], 60, 8) == [(60, 80.0)]


def test_no_line_is_drawn_over_a_hole() -> None:
    assert list(with_holes([0, 60, 120, 600], 60)) == [0, 60, 120, 180, 600]


@pytest.mark.parametrize(
    ("rest", "status"),
    [
        ("/devices/no-campus/no-device", 404),
        (f"/devices/{TELLING.id}/..%2f..%2fetc%2fpasswd", 404),
        (f"/devices/{TELLING.id}/%3Cscript%3E", 404),
        (f"/devices/{TELLING.id}/%00", 404),
        (f"/devices/{TELLING.id}/{TELLING.id}-gw/samples.json?plot=' OR 1=1 --", 404),
        (f"/devices/{TELLING.id}/{TELLING.id}-gw?days=100000", 400),
        (f"/devices/{TELLING.id}/{TELLING.id}-gw?as_of=never", 400),
        (f"/devices/{TELLING.id}/{TELLING.id}-gw?plot=nonsense&of=nothing", 200),
        (f"/devices/{TELLING.id}/{TELLING.id}-gw/samples.json?plot=octets&of=' OR 1=1 --", 200),
    ],
)
def test_what_is_not_there_is_told_plainly(console: Client, rest: str, status: int) -> None:
    answer = console.get(f"/console/schools/{TELLS.id}{rest}")

    assert answer.status_code == status
    assert "<script>" not in answer.text


@pytest.mark.parametrize("rest", ["", OTHER_GATEWAY, f"{OTHER_GATEWAY}/samples.json?plot=octets&of="])
def test_a_clerk_is_refused_the_devices_of_another_school(there: World, console: Client, rest: str) -> None:
    address = f"/console/schools/{OTHER.id}/devices{rest}"
    assert console.get(address).status_code == 200, "the page is there, for the county"

    there.person = CLERK

    answer = console.get(address)
    assert answer.status_code == 404
    assert OTHER.campuses[0].id not in answer.text.partition("<main")[2]


def test_a_clerk_sees_the_devices_of_his_own_school(there: World, console: Client) -> None:
    there.person = CLERK
    campus = OWN.campuses[0]

    for rest in (
        "",
        f"/{campus.id}/{campus.id}-gw",
        f"/{campus.id}/{campus.id}-gw/samples.json?plot=octets&of=",
    ):
        assert console.get(f"/console/schools/{OWN.id}/devices{rest}").status_code == 200


def test_names_of_the_register_are_text(tmp_path: Path) -> None:
    register = register_of(CountyTruth(SCHOOLS[:2]))
    schools = tuple(
        replace(
            school,
            name=HOSTILE,
            campuses=tuple(
                replace(
                    campus,
                    name=HOSTILE,
                    devices=tuple(
                        replace(device, name=HOSTILE, model=HOSTILE, serial=HOSTILE, building=HOSTILE)
                        for device in campus.devices
                    ),
                )
                for campus in school.campuses
            ),
        )
        for school in register.schools
    )
    engine = open_store(f"sqlite:///{tmp_path / 'wanzhao.db'}")
    hostile = world(engine, replace(register, county=HOSTILE, schools=schools), with_batches=False)
    client = Client(hostile.app)
    campus = OWN.campuses[0]
    for address in (
        f"/console/schools/{OWN.id}/devices",
        f"/console/schools/{OWN.id}/devices/{campus.id}/{campus.id}-gw",
        "/console/agents",
    ):
        text = client.get(address).text
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
        assert "<script>alert" not in text
        assert ">49<" not in text
    engine.dispose()


def test_nobody_sees_a_device_or_its_samples_without_signing_in(there: World, console: Client) -> None:
    there.person = None

    for after in ("", "/samples.json?plot=octets&of="):
        assert console.get(gateway(TELLING) + after).status_code == 303
    assert console.get(f"/console/schools/{OWN.id}/devices").status_code == 303


def test_what_a_device_says_is_text(there: World, console: Client) -> None:
    campus = OWN.campuses[0]
    slot = int(HOURS[-1].timestamp()) + INTERVAL_S
    device, about = f"{campus.id}-gw", f"port:{HOSTILE}"
    columns = Columns(slot)
    columns.add_poll(device, "ok")
    keys = ("alias", "oper", "admin", "duplex", "lag", "optic_type", "optic_serial", "optic_part")
    said: dict[tuple[str, str], object] = {(about, key): HOSTILE for key in keys}
    said |= {(about, "lldp"): [HOSTILE, "javascript:alert(1)"], (about, "optic_rx_dbm"): HOSTILE}
    said |= {("ap:x", key): HOSTILE for key in ("name", "state", "model", "mac", "switch_port")}
    said |= {("", "software"): HOSTILE, ("", "tables"): {HOSTILE: HOSTILE}}
    columns.add_changes(device, {}, said)  # type: ignore[arg-type]
    columns.add_samples(device, [Block([about], ["clients"], [0], [[7]])])
    batch = Batch(
        agent=campus.id,
        campus=campus.id,
        epoch="e2",
        seq=1,
        made_at=float(slot + 60),
        interval_s=INTERVAL_S,
        polls=columns.polls,
        frames=columns.frames,
        facts=columns.facts,
        samples=columns.samples,
    )
    with there.engine.begin() as connection:
        arrive(connection, OWN.id, campus.id, batch)

    answer = console.get(f"{gateway(campus, OWN.id)}?as_of=2026-09-18T21:30&plot=clients")

    assert answer.status_code == 200
    assert answer.text.count("&lt;script&gt;alert(1)&lt;/script&gt;") > len(keys)
    assert "<script>" not in answer.text
    assert 'href="javascript:' not in answer.text
    assert ">49<" not in answer.text


def test_the_batches_of_this_file_are_of_the_interval_that_is_drawn() -> None:
    """A wrong interval would make every rate a hole."""
    assert next(batches_of(TELLING)).interval_s == INTERVAL_S
