"""What the API does: the rows of its table that change something, or look at what would."""

from __future__ import annotations

from collector.api.endpoint import DOCUMENT, SCHOOL, Endpoint
from collector.console import (
    agents,
    evidence,
    imports,
    reports,
    spot,
    work,
)
from collector.console.agents import MakeCode
from inventory.diff import TableDiff
from inventory.errors import Problem
from inventory.spot_sheet import Entered


def doing(make_code: MakeCode | None) -> tuple[Endpoint, ...]:
    """Every row that something is sent to. ``make_code`` makes enrolment codes."""
    held, sheets = imports.Held(), imports.Held()
    return (
        Endpoint(
            method="POST",
            path="/items/{item}",
            handler=work.item_deed,
            scope="items",
            words="Assign, start, close or reopen a work item.",
            fields={
                "do": "assign, start, close or reopen",
                "person": "who is in charge (assign)",
                "until": "date (assign)",
                "document": "number of a document (close)",
                "note": "remarks",
            },
        ),
        Endpoint(
            method="POST",
            path="/baselines",
            handler=work.baseline_deed,
            scope="baselines",
            action="baseline_accept",
            words="Accept what is measured of a school, or end an acceptance.",
            fields={
                "do": "accept or end",
                "plan": "id of a plan",
                "school": "code of the school",
                "item": "what is accepted; everything that is measured where it is empty",
                "note": "remarks",
            },
        ),
        Endpoint(
            method="POST",
            path="/agents",
            handler=agents.agent_deed(make_code),
            scope="enrol",
            action="agent_enrol",
            words="A one-time code with which a campus's agent enrols.",
            fields={"campus": "id of the campus"},
            gives={"code": str, "code_campus": str, "minutes": int},
        ),
        Endpoint(
            method="POST",
            path=SCHOOL + "/evidence",
            handler=evidence.hand_in,
            scope="evidence",
            action="evidence_upload",
            words="Hand in a document with the rows of the register that it proves.",
            upload=True,
            fields={
                "file": "the file",
                "document.*": "columns of the table documents",
                "proves": "key of a row, may come again",
                "new.contract": "1, with contract.*",
                "new.facility": "1, with facility.*",
            },
            gives={"problems": list[Problem]},
        ),
        Endpoint(
            method="POST",
            path=DOCUMENT,
            handler=evidence.review,
            scope="evidence",
            action="evidence_review",
            words="Accept or reject a document that another person has handed in.",
            fields={"do": "accept or reject", "note": "remarks; needed to reject"},
        ),
        Endpoint(
            method="POST",
            path="/import",
            handler=imports.look_deed(held),
            scope="import",
            action="register_import",
            words="Look at a register: its faults, or what it would change. Nothing is changed.",
            upload=True,
            fields={"file": "workbook, CSV or TOML", "update": "1: the file is a part of the register"},
            gives={"problems": list[Problem], "tables": list[TableDiff] | None, "secret": str},
        ),
        Endpoint(
            method="POST",
            path="/import/confirm",
            handler=imports.import_deed(held),
            scope="import",
            action="register_import",
            words="Make what was looked at the register.",
            fields={"secret": "as the look has given it"},
        ),
        Endpoint(
            method="POST",
            path="/spot",
            handler=spot.look_deed(sheets),
            scope="spot",
            action="spot_check",
            words="Look at the filled sheet of a test on site. Nothing is changed.",
            upload=True,
            fields={"file": "the sheet: workbook or CSV"},
            gives={"problems": list[Problem], "entered": list[Entered] | None, "secret": str},
        ),
        Endpoint(
            method="POST",
            path="/spot/confirm",
            handler=imports.import_deed(sheets),
            scope="spot",
            action="spot_check",
            words="Take in what was looked at, as evidence of level E5.",
            fields={"secret": "as the look has given it"},
        ),
        Endpoint(
            method="POST",
            path="/reports",
            handler=reports.order,
            scope="reports",
            action="report_make",
            words="Have a report made. The answer says where it is to be seen how far it is.",
            fields={
                "plan": "id of a plan",
                "language": "zh or en",
                "as_of": "date; now where it is empty",
                "seed": "draws the schools for the test on site",
                "form.*": "1 for each format: form.xlsx, form.pdf, ...",
            },
        ),
    )
