"""The sixty schools as the product gets to know them: a register, and batches of agents in the order made."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from sixty_world import HOLIDAY, HOURS, CampusTruth, Paper, SchoolTruth

from agent.changes import Columns
from inventory.facts import Batch, FactValue
from inventory.papers import Document, Exemption, Facility
from inventory.probes import AGENT
from inventory.register import (
    MAIN_AREA_KINDS,
    Area,
    Calendar,
    Campus,
    Contract,
    Device,
    Maintenance,
    Register,
    School,
    Uplink,
    UserVlan,
)

INTERVAL_S = 3600
PORT = "XGigabitEthernet0/0/1"
TABLES = {"interfaces": "ok", "ipv6_addresses": "ok", "ipv6_default_routes": "ok", "ipv6_ra_interfaces": "ok"}
Facts = dict[tuple[str, str], FactValue]


def register_of(county: list[SchoolTruth]) -> Register:
    """The register that the clerks of the county would have filled in."""
    return Register(
        county="六十校县",
        adcode="339999",
        poll_interval_s=INTERVAL_S,
        calendar=Calendar(holidays=frozenset({HOLIDAY})),
        schools=tuple(_school(school) for school in county),
    )


def batches_of(campus: CampusTruth) -> Iterator[Batch]:
    """One batch an hour, of the hours in which the agent was there."""
    sent: dict[str, Facts] = {}
    for seq, n in enumerate((n for n in range(len(HOURS)) if campus.agent[n] == "ok"), 1):
        slot = int(HOURS[n].timestamp())
        columns = Columns(slot)
        states = {
            f"{campus.id}-gw": (campus.gateway[n], _gateway(campus, n)),
            f"{campus.id}-ac": (campus.controller[n], _controller(campus, n)),
            AGENT + campus.id: ("ok", _tests(campus, n)),
        }
        for device, (outcome, facts) in states.items():
            columns.add_poll(device, outcome)  # type: ignore[arg-type]
            if outcome == "ok":
                columns.add_changes(device, sent.get(device, {}), facts)
                sent[device] = facts
        yield Batch(
            agent=campus.id,
            campus=campus.id,
            epoch="e1",
            seq=seq,
            made_at=float(slot + 60),
            interval_s=INTERVAL_S,
            polls=columns.polls,
            frames=columns.frames,
            facts=columns.facts,
        )


def _gateway(campus: CampusTruth, n: int) -> Facts:
    facts: Facts = {
        ("", "tables"): dict(TABLES),
        ("", "ipv6_default_route"): list(campus.next_hops[n]),
    }
    ports = campus.members[n]
    if campus.is_aggregate:
        facts |= {("port:Eth-Trunk1", "type"): 161, ("port:Eth-Trunk1", "oper"): "up"}
        facts["port:Eth-Trunk1", "ipv6"] = list(campus.addresses[n])
    for number, (oper, mbps) in enumerate(ports, 1):
        subject = f"port:XGigabitEthernet0/0/{number}"
        facts |= {(subject, "type"): 6, (subject, "oper"): oper, (subject, "speed_mbps"): mbps}
        if campus.is_aggregate:
            facts[subject, "lag"] = "Eth-Trunk1"
        else:
            facts[subject, "ipv6"] = list(campus.addresses[n])
    for number, lan in enumerate(campus.lans, 10):
        facts[f"port:Vlanif{number}", "ipv6"] = [f"2409:8a28:{number}::1/64"] if lan.prefix[n] else []
        facts[f"port:Vlanif{number}", "ipv6_ra"] = lan.adverts[n]
    return facts


def _controller(campus: CampusTruth, n: int) -> Facts:
    facts: Facts = {("", "tables"): {"wireless": "ok"}}
    for number, ap in enumerate(campus.aps):
        mac = _mac(number)
        facts |= {(f"ap:{mac}", "state"): ap.states[n], (f"ap:{mac}", "mac"): mac}
    return facts


def _tests(campus: CampusTruth, n: int) -> Facts:
    facts: Facts = {}
    for number, reached in enumerate(campus.reached[n]):
        subject = f"probe:tcp:t{number}:ipv6"
        facts[subject, "ok"] = reached and campus.own_address
        facts[subject, "own_global"] = 1 if campus.own_address else 0
    return facts


def _school(school: SchoolTruth) -> School:
    documents: list[Document] = []

    def paper(found: Paper | None) -> str:
        if found is None:
            return ""
        name = f"d{len(documents)}"
        documents.append(
            Document(id=name, review=found.review, valid_until=found.valid_until, issued_on=found.issued_on)
        )
        return name

    facilities = tuple(
        Facility(
            kind=thing.kind,
            absent=thing.absent,
            count=thing.count,
            level=thing.level,
            features=thing.features,
            platform=thing.platform,
            value=thing.value,
            completed_on=thing.completed,
            expires_on=thing.expires,
            evidence="none",
            document=paper(thing.paper),
        )
        for thing in school.things
    )
    campuses = tuple(
        replace(
            _campus(campus),
            contracts=tuple(
                Contract(
                    kind=row.kind,
                    down_mbps=row.down,
                    up_mbps=row.up,
                    start=row.start,
                    end=row.end,
                    circuit=f"c{number}",
                    document=paper(row.paper),
                )
                for number, row in enumerate(campus.leases)
            ),
        )
        for campus in school.campuses
    )
    exemptions = ()
    if school.exempt:
        exemptions = (Exemption(target=school.exempt[0], document=paper(school.exempt[1])),)
    return School(
        id=school.id,
        name=school.id,
        kind=school.kind,
        stages=school.stages,
        urban_rural=school.place,
        ownership=school.ownership,
        boarding=school.boarding,
        campuses=campuses,
        facilities=facilities,
        exemptions=exemptions,
        documents=tuple(documents),
    )


def _campus(campus: CampusTruth) -> Campus:
    gateway, controller = f"{campus.id}-gw", f"{campus.id}-ac"
    port = "Eth-Trunk1" if campus.is_aggregate else PORT
    return Campus(
        id=campus.id,
        areas_confirmed=campus.rooms_confirmed,
        uplinks=(Uplink(device=gateway, port=port, medium=campus.medium),),
        devices=(
            Device(id=gateway, role="gateway"),
            Device(id=controller, role="wlan_controller"),
            *(
                Device(id=ap.id, role="ap", mac=_mac(number), controller=controller)
                for number, ap in enumerate(campus.aps)
            ),
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
        user_vlans=tuple(
            UserVlan(name=lan.name, kind=lan.kind, device=gateway, port=f"Vlanif{number}")
            for number, lan in enumerate(campus.lans, 10)
        ),
        maintenance=tuple(Maintenance(start=_s(begin), end=_s(end)) for begin, end in campus.works),
    )


def _mac(number: int) -> str:
    return f"02:00:00:00:00:{number:02x}"


def _s(moment: datetime) -> float:
    return moment.timestamp()
