"""The register: what the county says it has. Frozen records, one table of the import set each.

``load.py`` reads them from TOML and CSV; nothing here touches a file.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, time

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Uplink:
    """The port (or aggregate) that carries the campus to the education network."""

    device: str
    port: str
    role: str = "wan_edu"
    medium: str = "unknown"
    carrier: str = ""


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
    """none, claimed, accepted or rejected"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """``mac`` and ``serial`` find an access point in the table of its ``controller``, a device id."""

    id: str
    role: str
    name: str = ""
    status: str = "in_service"
    model: str = ""
    mac: str = ""
    serial: str = ""
    controller: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """A room. ``aps`` are the ids of the access points that serve it; ``no_ap`` declares that none does."""

    id: str
    name: str
    kind: str
    building: str = ""
    main: bool = False
    aps: tuple[str, ...] = ()
    no_ap: bool = False


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
    uplinks: tuple[Uplink, ...] = ()
    contracts: tuple[Contract, ...] = ()
    devices: tuple[Device, ...] = ()
    areas: tuple[Area, ...] = ()
    user_vlans: tuple[UserVlan, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class School:
    """``id`` is the 10-digit 学校(机构)标识码; it tells the province, never the county."""

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
    campuses: tuple[Campus, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """A county's schools. ``poll_interval_s`` is the grid on which polls are counted."""

    county: str
    adcode: str = ""
    poll_interval_s: int = 300
    calendar: Calendar = field(default_factory=Calendar)
    schools: tuple[School, ...] = ()
