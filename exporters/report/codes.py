"""The words of the closed lists that a report prints: states, origins, kinds of school and so on."""

from __future__ import annotations

from inventory import load_words
from inventory.words import N_, Language, say

STATES: dict[str, str] = {
    "pass": N_("Met (school)"),
    "fail": N_("Not met (school)"),
    "unknown": N_("Unknown"),
    "na": N_("Not applicable"),
    "met": N_("Met (county)"),
    "not_met": N_("Not met (county)"),
    "undetermined": N_("Undecided"),
    "report": N_("Report only"),
    "not_due": N_("Not due yet"),
}
# In English a school and a county meet a target by the same word; in Chinese 达标 and 达成.
_ENGLISH_STATES = {"pass": "Met", "fail": "Not met", "met": "Met", "not_met": "Not met"}

CODES: dict[str, str] = {
    # who set a threshold
    "plan": N_("plan"),
    "law": N_("law"),
    "standard": N_("standard"),
    "county_decision": N_("county decision"),
    "product_default": N_("product default"),
    # strength of a target, basis of its due date, status of a profile
    "must": N_("binding"),
    "strive": N_("strive for"),
    "baseline": N_("baseline"),
    "stated": N_("stated"),
    "implied": N_("implied"),
    "draft": N_("draft"),
    "adopted": N_("adopted"),
    "retired": N_("retired"),
    "excerpt": N_("excerpt"),
    "whole": N_("whole text"),
    # schools
    "preschool": N_("preschool"),
    "primary": N_("primary"),
    "junior": N_("junior secondary"),
    "senior": N_("senior secondary"),
    "vocational": N_("vocational"),
    "special": N_("special education"),
    "kindergarten": N_("kindergarten"),
    "teaching_point": N_("teaching point"),
    "nine_year": N_("nine-year school"),
    "complete_secondary": N_("complete secondary"),
    "twelve_year": N_("twelve-year school"),
    "urban": N_("urban"),
    "town": N_("town"),
    "rural": N_("rural"),
    "public": N_("public"),
    "private": N_("private"),
    # units of a goal
    "percent": "%",
    "schools": N_("schools"),
    "items": N_("items"),
    "items/schools": N_("items"),  # of E11; a school has items
    "rooms": N_("rooms"),
    "classrooms": N_("classrooms"),
    "sessions": N_("lessons"),
    "minutes": N_("minutes"),
    "days": N_("days"),
    # how the schools are grouped
    "kind": N_("by kind of school"),
    "urban_rural": N_("by place"),
    "stage": N_("by stage"),
    "all_kinds": N_("all schools"),
    # a school's own page: sections, items, what port, contract and measurement say together
    "basic": N_("Basic data"),
    "access": N_("Access"),
    "lan": N_("Campus network"),
    "ipv6": N_("IPv6"),
    "wireless": N_("Wireless"),
    "facilities": N_("Facilities"),
    "security": N_("Security"),
    "safety": N_("Safe campus"),
    "targets": N_("Targets, one by one"),
    "work": N_("Open items"),
    "school_kind": N_("kind of school"),
    "stages": N_("stages"),
    "place": N_("place"),
    "ownership": N_("ownership"),
    "township": N_("township"),
    "students": N_("number of pupils"),
    "staff": N_("number of staff"),
    "forms": N_("number of classes"),
    "contact": N_("contact for the network"),
    "address": N_("address"),
    "uplink": N_("uplink"),
    "port_now": N_("port speed now"),
    "polls_at_speed": N_("polls at the required speed, at least"),
    "contract": N_("contract"),
    "diagnosis": N_("in one line"),
    "expand": N_("port ready, contract too small: extend the contract"),
    "report_fault": N_("contracted, but not delivered: report a fault to the carrier"),
    "look_inside": N_("the line is fine, classrooms are slow: look inside the school"),
    "all_well": N_("port, contract and measurement agree"),
    "not_enough": N_("not enough is known for a diagnosis"),
    "access_points": N_("access points online / registered"),
    "room_not_covered": N_("room not covered or unknown"),
    "paper_accepted": N_("accepted by the county"),
    "paper_claimed": N_("claimed, not reviewed"),
    "paper_rejected": N_("rejected"),
    "paper_expired": N_("expired"),
    "paper_none": N_("no document"),
    "paper_absent": N_("declared as absent"),
    "by_school": N_("by the school"),
    "by_county": N_("by the county"),
    "by_none": N_("by nobody"),
    # evidence, and how an inspector looks
    "device_reading": N_("device reading"),
    "active_test": N_("active test"),
    "declared": N_("declared"),
    "look_port": N_("look at the port"),
    "look_contract": N_("look at the contract"),
    "look_speed": N_("measure the throughput"),
    "look_signal": N_("walk with a meter: -65 dBm"),
    "look_lux": N_("look at the report of light"),
    "look_ipv6": N_("open an IPv6 page from a classroom"),
    "look_room": N_("look at the room or device"),
    "by_stratum": N_("drawn of its stratum"),
    "long_unknown": N_("unknown for 30 days"),
    "of_passes": N_("drawn of the passes"),
    "change_profile": N_("profile"),
    "change_product": N_("version of the product"),
    "change_target": N_("rule of a target"),
    "change_state": N_("verdict of a target"),
    "change_school": N_("class of a school"),
    # roles of the console
    "county_admin": N_("county administrator"),
    "inspector": N_("inspector"),
    "school_clerk": N_("school clerk"),
    "auditor": N_("auditor"),
    "system_admin": N_("system administrator"),
    "security_admin": N_("security administrator"),
    "audit_admin": N_("audit administrator"),
    # work items
    "open": N_("not begun"),
    "in_work": N_("in work"),
    "to_review": N_("to be reviewed"),
    "closed": N_("struck off"),
    "relapsed": N_("relapsed"),
    "closes_passed": N_("the metric passes at the end of a window, and a person signs"),
    "closes_known": N_("the metric can be judged, and a person signs"),
    "budget_link": N_("links"),
    "budget_device": N_("devices"),
    "budget_cabling": N_("cabling"),
    "budget_facility": N_("facilities"),
    "budget_upkeep": N_("upkeep"),
    # who recognised a school
    "self": N_("own assessment"),
    "school": N_("by the school"),
    "county": N_("by the county"),
    "city": N_("by the city"),
    "province": N_("by the province"),
    "national": N_("national"),
}


def state_word(state: str, language: Language) -> str:
    """The word for a state of a school or of a county target."""
    if language == "en" and state in _ENGLISH_STATES:
        return _ENGLISH_STATES[state]
    return say(STATES.get(state, state), language)


_REGISTER_WORDS = (
    load_words.MEDIUM_WORDS,
    load_words.EVIDENCE_WORDS,
    load_words.FACILITY_WORDS,
    load_words.FUNCTION_WORDS,
    load_words.DOCUMENT_WORDS,
)
_CHINESE = {code: word for words in _REGISTER_WORDS for word, code in reversed(words.items())}
"""What the register's own tables call it: of several words the first."""


def code_words(codes: str, language: Language) -> str:
    """The words for codes separated by ";"; a code that is not in the list is shown as it is."""
    separator = "、" if language == "zh" else ", "
    return separator.join(_code_word(code, language) for code in codes.split(";"))


def _code_word(code: str, language: Language) -> str:
    if code not in CODES and code in _CHINESE:
        return _CHINESE[code] if language == "zh" else code.replace("_", " ")
    return say(CODES[code], language) if code in CODES else state_word(code, language)
