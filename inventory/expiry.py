"""Which papers of a school end next: what somebody has to renew before a verdict falls with it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from inventory.register import School

EXPIRY_KINDS = ("contract", "evidence", "facility", "licence", "exemption")


def next_expiries(school: School, today: date) -> tuple[tuple[str, date], ...]:
    """The last day of the first paper of each kind that ends, by kind.

    A contract counts with the last day of its circuit's newest row, so that one that was renewed is not told
    of; one that ended without is. Documents count where a row stands on them. An exemption that is over is
    over: nobody has to renew it.
    """
    found: dict[str, date] = {}
    for kind, day in _ends(school, today):
        found[kind] = min(day, found.get(kind, day))
    return tuple((kind, found[kind]) for kind in EXPIRY_KINDS if kind in found)


def _ends(school: School, today: date) -> Iterator[tuple[str, date]]:
    for campus in school.campuses:
        newest: dict[tuple[str, str, str], date] = {}
        for contract in campus.contracts:
            if contract.end is not None:
                key = (contract.kind, contract.network, contract.circuit)
                newest[key] = max(contract.end, newest.get(key, contract.end))
        yield from (("contract", day) for day in newest.values())
    used = _documents_in_use(school)
    for document in school.documents:
        if document.id in used and document.review == "accepted" and document.valid_until is not None:
            yield "evidence", document.valid_until
    for facility in school.facilities:
        if facility.expires_on is not None:
            yield "facility", facility.expires_on
    for service in school.security:
        if service.license_until is not None:
            yield "licence", service.license_until
    for exemption in school.exemptions:
        if exemption.end is not None and exemption.end >= today:
            yield "exemption", exemption.end


def _documents_in_use(school: School) -> set[str]:
    named = {test.document for test in school.light_tests} | {test.document for test in school.site_tests}
    for campus in school.campuses:
        named |= {contract.document for contract in campus.contracts}
    for rows in (school.facilities, school.security, school.systems, school.exemptions):
        named |= {row.document for row in rows}
    return named
