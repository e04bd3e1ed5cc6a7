"""The register that the clerks of the county would have filled in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from sixty_store import INTERVAL_S, mac_of
from sixty_types import HOLIDAY, TERMS, THIS_TERM, CampusTruth, CountyTruth, Lease, Paper, SchoolTruth, Thing

from inventory.papers import (
    Document,
    Exemption,
    Facility,
    LightTest,
    MlpsSystem,
    Platform,
    SecurityService,
    SiteTest,
    Website,
)
from inventory.register import (
    MAIN_AREA_KINDS,
    Area,
    Building,
    Calendar,
    Campus,
    Contract,
    Device,
    Maintenance,
    Port,
    Register,
    School,
    Uplink,
    UserVlan,
)

PORT = "XGigabitEthernet0/0/1"


class Files:
    """The documents of one school (or of the county), numbered as they come."""

    def __init__(self, name: str, county: list[Document]) -> None:
        self.name, self.county, self.number = name, county, 0
        self.own: list[Document] = []

    def row(self, paper: Paper | None) -> dict[str, str]:
        """What a row says of its proof."""
        if paper is None:
            return {"evidence": "none"}
        if paper.kept == "word":
            return {"evidence": paper.review}
        self.number += 1
        name = f"{self.name}-d{self.number}"
        found = Document(
            id=name, review=paper.review, valid_until=paper.valid_until, issued_on=paper.issued_on
        )
        if paper.kept != "lost":
            (self.county if paper.kept == "county" else self.own).append(found)
        # A row's own word counts for nothing where it names a document.
        return {"evidence": "accepted", "document": name}


def register_of(county: CountyTruth) -> Register:
    """Schools, platforms and what the county built itself."""
    documents: list[Document] = []
    files = Files("county", documents)
    schools = tuple(_school(school, Files(school.id, documents)) for school in county.schools)
    platforms = tuple(
        Platform(name=each.name, status=each.status, **files.row(each.paper)) for each in county.platforms
    )
    things = tuple(_thing(thing, files) for thing in county.things)
    return Register(
        county="六十校县",
        adcode="339999",
        poll_interval_s=INTERVAL_S,
        calendar=Calendar(holidays=frozenset({HOLIDAY}), terms=(*TERMS, THIS_TERM)),
        schools=schools,
        platforms=platforms,
        facilities=things,
        documents=(*documents, *files.own),
    )


def _school(school: SchoolTruth, files: Files) -> School:
    facilities = tuple(_thing(thing, files) for thing in school.things)
    lights = tuple(
        LightTest(
            room=light.room,
            tested_on=light.day,
            desk_lx=light.desk[0],
            desk_uniformity=light.desk[1],
            board_lx=light.board[0],
            board_uniformity=light.board[1],
            ra=light.ra,
            control=light.control,
            **files.row(light.paper),
        )
        for light in school.lights
    )
    guards = tuple(
        SecurityService(
            function=row.function,
            provided_by=row.by,
            device=row.device,
            license_until=row.licence,
            signatures_on=row.signatures,
            log_seen_on=row.log_seen,
            log_days=row.log_days,
            log_gap_days=row.log_gap,
            log_read_on=row.log_read,
            **files.row(row.paper),
        )
        for row in school.guards
    )
    return School(
        id=school.id,
        name=school.id,
        kind=school.kind,
        stages=school.stages,
        urban_rural=school.place,
        students=900 if school.told["students"] else None,
        staff=60 if school.told["staff"] else None,
        classes=20 if school.told["classes"] else None,
        township="城关镇" if school.told["township"] else "",
        contact="李" if school.told["contact"] else "",
        ownership=school.ownership,
        boarding=school.boarding,
        campuses=tuple(_campus(campus, files) for campus in school.campuses),
        facilities=facilities,
        light_tests=lights,
        security=guards,
        systems=tuple(
            MlpsSystem(
                name=each.name,
                level=each.level,
                filing_no=each.number,
                assessed_on=each.assessed,
                **files.row(each.paper),
            )
            for each in school.systems
        ),
        websites=(Website(host="www.example.edu.cn"),) if school.has_site else (),
        site_tests=tuple(
            SiteTest(
                metric=each.target,
                state=each.state,
                tested_on=each.day,
                inspector="张",
                valid_until=each.until,
            )
            for each in school.visits
        ),
        exemptions=tuple(
            Exemption(target=each.target, start=each.start, end=each.end, **files.row(each.paper))
            for each in school.let_off
        ),
        documents=tuple(files.own),
    )


def _thing(thing: Thing, files: Files) -> Facility:
    return Facility(
        kind=thing.kind,
        name=thing.name,
        absent=thing.absent,
        count=thing.count,
        level=thing.level,
        features=thing.features,
        platform=thing.platform,
        value=thing.value,
        rooms=thing.rooms,
        completed_on=thing.completed,
        expires_on=thing.expires,
        **files.row(thing.paper),
    )


def _campus(campus: CampusTruth, files: Files) -> Campus:
    gateway, switch = f"{campus.id}-gw", f"{campus.id}-sw"
    return Campus(
        id=campus.id,
        areas_confirmed=campus.rooms_confirmed,
        uplinks=(
            Uplink(device=gateway, port="Eth-Trunk1" if campus.is_aggregate else PORT, medium=campus.medium),
        ),
        contracts=tuple(_contract(row, number, files) for number, row in enumerate(campus.leases)),
        buildings=(Building(id="b1"),) if campus.has_buildings else (),
        devices=tuple(
            replace(
                device,
                model="S5700" if campus.tells_models else "",
                purchased=2021 if campus.tells_years else None,
            )
            for device in _devices(campus)
        ),
        areas=tuple(
            Area(
                id=room.id,
                name=room.id,
                kind=room.kind,
                main=room.kind in MAIN_AREA_KINDS,
                aps=tuple(room.aps),
                no_ap=room.no_ap,
            )
            for room in campus.rooms
        ),
        ports=tuple(
            Port(device=switch, port=f"GigabitEthernet0/0/{number}", role="desktop", room=socket.room)
            for number, socket in enumerate(campus.sockets, 1)
        ),
        user_vlans=tuple(
            UserVlan(name=lan.name, kind=lan.kind, device=gateway, port=f"Vlanif{number}")
            for number, lan in enumerate(campus.lans, 10)
        ),
        maintenance=tuple(Maintenance(start=_s(begin), end=_s(end)) for begin, end in campus.works),
    )


def _devices(campus: CampusTruth) -> Iterator[Device]:
    for role, short in (("gateway", "gw"), ("wlan_controller", "ac"), ("access", "sw")):
        yield Device(id=f"{campus.id}-{short}", role=role)
    for box in campus.boxes:
        yield Device(id=box.id, role=box.role, status=box.status)
    for number, ap in enumerate(campus.aps):
        yield Device(id=ap.id, role="ap", mac=mac_of(number), controller=f"{campus.id}-ac")


def _contract(row: Lease, number: int, files: Files) -> Contract:
    return Contract(
        kind=row.kind,
        down_mbps=row.down,
        up_mbps=row.up,
        start=row.start,
        end=row.end,
        circuit=f"c{number}",
        **files.row(row.paper),
    )


def _s(moment: datetime) -> float:
    return moment.timestamp()
