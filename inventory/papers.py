"""The papers of the register: documents, and what they are to prove. Frozen records, one import table each.

What no device can tell is proved by paper: a contract, an acceptance sheet, a recognition notice, a
photograph. A row is ``claimed`` until a person of the county has looked at its document and accepted or
rejected it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

REVIEWS = ("none", "claimed", "accepted", "rejected")
DOCUMENT_KINDS = (
    "contract",
    "acceptance",
    "recognition",
    "test_report",
    "photo",
    "platform_export",
    "site_test",
    "data_sheet",
    "exemption",
    "other",
)
FACILITY_KINDS = (
    "smart_campus",
    "smart_campus_demo",
    "digital_resource_base",
    "digital_teaching_pilot",
    "innovation_lab",
    "subject_classroom",
    "future_classroom",
    "smart_classroom",
    "vr_room",
    "smart_library",
    "sync_classroom",
    "sync_sessions",
    "digital_home_school",
    "video_enrolled",
    "video_retention",
    "multimedia",
    "vocational_vr_training",
    "maker_space",
    "online_smart_classroom",
    "smart_lab",
    "iot_sensing",
    "transparent_kitchen",
    "ordinary_lab",
    "drinking_water",
    "power_protection",
    "equipment_renewal",
    "access_equipment_upgrade",
    "county_datacentre_upgrade",
    "renewal_project",
    "rebuild_project",
    "new_school_project",
    "future_school_project",
    "future_education_centre",
    "document",
)
RECOGNITION_LEVELS = ("self", "school", "county", "city", "province", "national")
"""Who recognised it, lowest first; ``self`` is the school's own assessment."""
LIBRARY_FEATURES = ("self_service", "rfid", "online_catalogue", "reading_terminals")
SECURITY_FUNCTIONS = ("firewall", "ips", "behaviour_audit", "log_audit", "endpoint_mgmt", "waf")
PLATFORM_STATUSES = ("planned", "building", "accepted", "operating", "retired")
"""In their order, but for ``retired``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A piece of evidence. ``level`` is E1 to E5 (metric-catalogue 3.5); ``sha256`` is that of ``file``."""

    id: str
    kind: str = "other"
    level: str = "E2"
    title: str = ""
    issuer: str = ""
    issued_on: date | None = None
    valid_until: date | None = None
    file: str = ""
    sha256: str = ""
    author: str = ""
    review: str = "claimed"
    reviewed_by: str = ""
    reviewed_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Facility:
    """What the school has built, bought or been awarded. ``absent`` is the school's own word that it has
    none.

    ``count`` is how many; ``rooms`` are ids of areas; ``value`` is the figure of a kind that has one: lessons
    held (sync_sessions, in the term that ``completed_on`` lies in), days kept (video_retention). ``features``
    are a library's functions; ``level`` who recognised it; ``platform`` where it is enrolled."""

    kind: str
    campus: str = ""
    name: str = ""
    absent: bool = False
    count: int = 1
    rooms: tuple[str, ...] = ()
    value: float | None = None
    features: tuple[str, ...] = ()
    level: str = ""
    platform: str = ""
    issuer: str = ""
    number: str = ""
    """of the document, as printed on it"""
    completed_on: date | None = None
    expires_on: date | None = None
    evidence: str = "claimed"
    document: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LightTest:
    """One classroom's light as a report gives it: lux and uniformity (least / mean), GB 7793 and GB 40070."""

    room: str
    tested_on: date
    desk_lx: float
    desk_uniformity: float
    board_lx: float
    board_uniformity: float
    ra: float | None = None
    control: str = ""
    """dimming, daylight, presence, scene or group; empty: none"""
    evidence: str = "claimed"
    document: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyPoint:
    """A point of a walk test: signal of the teaching network, dBm, and signal over noise, dB. ``by`` is
    inspector or school."""

    area: str
    point: str
    surveyed_on: date
    rssi_dbm: float
    snr_db: float
    by: str = "school"
    outdoor: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteTest:
    """What an inspector found on the spot, of one metric: pass or fail. It overrides what was judged of that
    day."""

    metric: str
    state: str
    tested_on: date
    inspector: str
    campus: str = ""
    value: float | None = None
    method: str = ""
    valid_until: date | None = None
    document: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SecurityService:
    """One security function and who provides it: a ``device`` of the school, a box that no agent reads (a
    document then), the county, or nobody (``provided_by``: school, county, none). The dates are of what was
    last seen of it."""

    function: str
    provided_by: str = "school"
    device: str = ""
    license_until: date | None = None
    signatures_on: date | None = None
    log_seen_on: date | None = None
    log_days: int | None = None
    """days that the oldest searchable log goes back"""
    log_gap_days: int | None = None
    log_read_on: date | None = None
    evidence: str = "none"
    document: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MlpsSystem:
    """A system under the multi-level protection scheme (等级保护): level 1 to 5, filing number, last
    assessment."""

    name: str
    level: int
    filing_no: str = ""
    filed_on: date | None = None
    assessed_on: date | None = None
    evidence: str = "none"
    document: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Website:
    """A site of the school; ``name`` is what the agent's crawl of it is called in its configuration."""

    host: str
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exemption:
    """A target (its id, or a metric's) that a school need not reach from ``start`` to ``end``, by a
    document."""

    target: str
    reason: str = ""
    approved_by: str = ""
    start: date | None = None
    end: date | None = None
    evidence: str = "none"
    document: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """A named system of the county. ``probe`` is the name of the test by which an agent sees it run."""

    name: str
    status: str = "planned"
    accepted_on: date | None = None
    url: str = ""
    probe: str = ""
    evidence: str = "none"
    document: str = ""
