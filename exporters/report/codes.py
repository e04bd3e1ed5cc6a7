"""The words of the closed lists that a report prints: states, origins, kinds of school and so on."""

from __future__ import annotations

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
    "rooms": N_("rooms"),
    "classrooms": N_("classrooms"),
    # how the schools are grouped
    "kind": N_("by kind of school"),
    "urban_rural": N_("by place"),
}


def state_word(state: str, language: Language) -> str:
    """The word for a state of a school or of a county target."""
    if language == "en" and state in _ENGLISH_STATES:
        return _ENGLISH_STATES[state]
    return say(STATES.get(state, state), language)


def code_words(codes: str, language: Language) -> str:
    """The words for codes separated by ";"; a code that is not in the list is shown as it is."""
    separator = "、" if language == "zh" else ", "
    return separator.join(say(CODES.get(code, code), language) for code in codes.split(";"))
