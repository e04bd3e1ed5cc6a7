from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from inventory.expiry import next_expiries
from inventory.papers import Document, Exemption, Facility, SecurityService
from inventory.register import Campus, Contract, School

TODAY = date(2026, 11, 20)
SCHOOL = School(id="2133000001", name="一小", kind="primary", stages=("primary",))


def contract(end: date | None, circuit: str = "", document: str = "") -> Contract:
    return Contract(end=end, circuit=circuit, document=document)


@pytest.mark.parametrize(
    ("contracts", "ends"),
    [
        ((contract(date(2026, 12, 31)),), date(2026, 12, 31)),
        ((contract(date(2025, 12, 31)), contract(date(2027, 12, 31))), date(2027, 12, 31)),
        ((contract(date(2025, 12, 31)),), date(2025, 12, 31)),
        ((contract(date(2026, 12, 31), "A"), contract(date(2027, 12, 31), "B")), date(2026, 12, 31)),
        ((contract(None),), None),
        ((), None),
    ],
)
def test_a_contract_that_was_renewed_ends_with_its_newest_row(
    contracts: tuple[Contract, ...], ends: date | None
) -> None:
    school = replace(SCHOOL, campuses=(Campus(id="c", contracts=contracts),))

    assert dict(next_expiries(school, TODAY)).get("contract") == ends


def test_a_document_counts_where_a_row_stands_on_it_and_it_is_accepted() -> None:
    documents = (
        Document(id="used", valid_until=date(2027, 1, 1), review="accepted"),
        Document(id="unused", valid_until=date(2026, 1, 1), review="accepted"),
        Document(id="claimed", valid_until=date(2026, 2, 1), review="claimed"),
        Document(id="leased", valid_until=date(2026, 12, 1), review="accepted"),
    )
    facilities = (Facility(kind="smart_library", document="used"), Facility(kind="x", document="claimed"))
    campus = Campus(id="c", contracts=(contract(None, document="leased"),))
    school = replace(SCHOOL, documents=documents, facilities=facilities, campuses=(campus,))

    assert next_expiries(school, TODAY) == (("evidence", date(2026, 12, 1)),)


def test_an_exemption_that_is_over_is_not_told_of_and_one_that_ends_is() -> None:
    over = Exemption(target="t", end=date(2026, 11, 19))
    ends = Exemption(target="t", end=TODAY)

    assert next_expiries(replace(SCHOOL, exemptions=(over,)), TODAY) == ()
    assert next_expiries(replace(SCHOOL, exemptions=(over, ends)), TODAY) == (("exemption", TODAY),)


def test_licences_and_facilities_are_kinds_of_their_own_in_a_fixed_order() -> None:
    school = replace(
        SCHOOL,
        security=(SecurityService(function="ips", license_until=date(2026, 12, 24)),),
        facilities=(Facility(kind="digital_campus", expires_on=date(2028, 1, 1)),),
    )

    assert [kind for kind, _day in next_expiries(school, TODAY)] == ["facility", "licence"]
