"""The register: what the county says it has. Frozen records, one table of the import set each.

``load.py`` reads them from TOML and CSV; nothing here touches a file.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, time

from inventory.papers import (
    Document,
    Exemption,
    Facility,
    LightTest,
    MlpsSystem,
    Platform,
    SecurityService,
    SiteTest,
    SurveyPoint,
    Website,
)

STAGES = ("preschool", "primary", "junior", "senior", "vocational", "special")
KINDS = (
    "kindergarten",
    "primary",
    "teaching_point",
    "junior",
    "nine_year",
    "complete_secondary",
    "senior",
    "twelve_year",
    "vocational",
    "special",
)
DEVICE_ROLES = (
    "gateway",
    "core",
    "distribution",
    "access",
    "wlan_controller",
    "ap",
    "firewall",
    "ips",
    "behaviour_audit",
    "log_audit",
    "endpoint_mgmt",
    "waf",
    "nvr",
    "camera",
    "ups",
    "iot_gateway",
    "classroom_codec",
    "server",
    "other",
)
MEDIA = ("p2p_ethernet", "dark_fibre", "otn", "pon", "microwave", "unknown")
MAIN_AREA_KINDS = frozenset(
    {
        "classroom",
        "subject_room",
        "laboratory",
        "computer_room",
        "library",
        "reading_room",
        "teacher_office",
        "admin_office",
        "meeting_room",
        "lecture_hall",
        "teaching_space",
    }
)
"""Areas that count as main teaching and office areas (metric-catalogue D1) unless a row says otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """School days: Monday to Friday less holidays plus make-up days (调休), local hours."""

    timezone: str = "Asia/Shanghai"
    holidays: frozenset[date] = frozenset()
    workdays: frozenset[date] = frozenset()
    opens: time = time(7, 30)
    closes: time = time(17, 30)
    boarding_opens: time = time(6, 30)
    boarding_closes: time = time(22, 0)
    lessons: tuple[tuple[time, time], ...] = ()
    """Bell times: from and to, local; active tests under load keep out of them."""
    terms: tuple[tuple[date, date], ...] = ()
    """First and last day of each term, oldest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Uplink:
    """The port (or aggregate) that carries the campus to the education network. ``route`` names the way that
    the cable takes: two uplinks of one route are cut by one digger."""

    device: str
    port: str
    role: str = "wan_edu"
    medium: str = "unknown"
    carrier: str = ""
    route: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """Leased bandwidth of the education network, Mbit/s each way."""

    kind: str = "leased_bandwidth"
    network: str = "edu"
    down_mbps: int | None = None
    up_mbps: int | None = None
    start: date | None = None
    end: date | None = None
    carrier: str = ""
    circuit: str = ""
    evidence: str = "none"
    """none, claimed, accepted or rejected; where ``document`` names one, that document's review decides"""
    document: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """``mac`` and ``serial`` find an access point in the table of its ``controller``, a device id. ``ups`` is
    the device that keeps it running when the power dips. ``rated_mbps`` is what it forwards with its services
    on, by its data sheet. ``standby``: of a wireless controller, that another one is to take over from it."""

    id: str
    role: str
    name: str = ""
    status: str = "in_service"
    model: str = ""
    mac: str = ""
    serial: str = ""
    controller: str = ""
    building: str = ""
    ups: str = ""
    standby: bool = False
    rated_mbps: int | None = None
    purchased: int | None = None
    """year"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Building:
    id: str
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Port:
    """What a port of a device is for: ``backbone`` to the core, an access point, a room's socket, a
    camera."""

    device: str
    port: str
    role: str
    room: str = ""
    building: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Maintenance:
    """Announced work: polls of ``device`` (empty: of the whole campus) in this time do not count. Seconds
    since 1970 UTC."""

    start: float
    end: float
    device: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """A room. ``aps`` are the ids of the access points that serve it; ``no_ap`` declares that none does.
    ``size_m2`` is its floor, square metres: how many points a signal survey of it needs."""

    id: str
    name: str
    kind: str
    building: str = ""
    main: bool = False
    aps: tuple[str, ...] = ()
    no_ap: bool = False
    size_m2: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UserVlan:
    """A user network and the routed interface that serves it."""

    name: str
    kind: str
    device: str
    port: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Campus:
    """The unit that has an uplink and an agent."""

    id: str
    name: str = ""
    address: str = ""
    areas_confirmed: bool = False
    opens: time | None = None
    closes: time | None = None
    """School hours of this campus where they differ from the county's."""
    uplinks: tuple[Uplink, ...] = ()
    contracts: tuple[Contract, ...] = ()
    devices: tuple[Device, ...] = ()
    areas: tuple[Area, ...] = ()
    user_vlans: tuple[UserVlan, ...] = ()
    buildings: tuple[Building, ...] = ()
    ports: tuple[Port, ...] = ()
    maintenance: tuple[Maintenance, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class School:
    """``id`` is the 10-digit 学校(机构)标识码; it tells the province, never the county: that is ``adcode``,
    of six digits, where a register holds the schools of several."""

    id: str
    name: str
    kind: str
    stages: tuple[str, ...]
    township: str = ""
    urban_rural: str = ""
    ownership: str = "public"
    boarding: bool = False
    students: int | None = None
    staff: int | None = None
    classes: int | None = None
    contact: str = ""
    adcode: str = ""
    campuses: tuple[Campus, ...] = ()
    documents: tuple[Document, ...] = ()
    facilities: tuple[Facility, ...] = ()
    light_tests: tuple[LightTest, ...] = ()
    survey_points: tuple[SurveyPoint, ...] = ()
    site_tests: tuple[SiteTest, ...] = ()
    security: tuple[SecurityService, ...] = ()
    systems: tuple[MlpsSystem, ...] = ()
    websites: tuple[Website, ...] = ()
    exemptions: tuple[Exemption, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CountyLink:
    """A link of the county's own network: of the ``aggregation`` towards the schools, or ``upstream``.
    ``school`` is the register row whose agent reads ``device``; a link that the carrier runs has neither, but
    a document."""

    id: str
    kind: str = "aggregation"
    school: str = ""
    device: str = ""
    port: str = ""
    mbps: int | None = None
    evidence: str = "none"
    document: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """A county's schools. ``poll_interval_s`` is the grid on which polls are counted. ``documents`` are those
    of the county itself (``links``, ``platforms``, ``facilities``)."""

    county: str
    adcode: str = ""
    poll_interval_s: int = 300
    calendar: Calendar = field(default_factory=Calendar)
    schools: tuple[School, ...] = ()
    links: tuple[CountyLink, ...] = ()
    platforms: tuple[Platform, ...] = ()
    facilities: tuple[Facility, ...] = ()
    documents: tuple[Document, ...] = ()
