"""What the API offers: a row for each address and method. Routes and the OpenAPI document are made of it.

Each row names a handler of the console, so that a program and a page get the same answer from the same code;
of the handler's data ``gives`` says which go out, and their types are the document's schemas.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from collector.console import (
    agents,
    county,
    device,
    evidence,
    imports,
    log,
    plans,
    reports,
    school,
    spot,
    work,
)
from collector.console.agents import AgentLine, MakeCode
from collector.console.device import Part, Polled
from collector.console.evidence import Line
from collector.console.frame import Handler
from collector.people.api_tokens import Scope
from collector.people.audit import Entry, Head
from collector.people.person import Action
from collector.report_runs import Run
from collector.store.baselines import Alarm, Baseline
from collector.store.documents import DocumentEvent
from collector.store.verdicts import KeptVersion, Told
from inventory.diff import TableDiff
from inventory.errors import Problem
from inventory.items import WorkItem
from inventory.papers import Document
from inventory.profile import Profile
from inventory.register import Campus, Device
from inventory.report_basis import LastReport
from inventory.spot_sheet import Entered
from inventory.verdict import CountyView, SchoolView

Method = Literal["GET", "POST"]
BASE = "/api/v1"
SCHOOL = "/schools/{school}"
DOCUMENT = SCHOOL + "/evidence/{document}"
DEVICE = SCHOOL + "/devices/{campus}/{device}"
KEPT = "/reports/kept/{sha256}"
PLAN = {"plan": "id of a configured plan; the first where it is not given"}
AS_OF = {"as_of": "date or time in the county's zone, 2026-12-31 or 2026-12-31T18:00; else now"}
PAGED = {"page": "number of the page, from 1"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """``query`` are parameters of the address, ``fields`` those of a JSON object that is sent, ``upload``
    says that a form with a file is sent instead. ``gives``: of the handler's data what goes out, with its
    type; empty: only that it is done. ``body`` is the media type of an answer that is a file."""

    method: Method = "GET"
    path: str
    handler: Handler
    scope: Scope
    words: str
    action: Action = "read"
    query: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)
    upload: bool = False
    gives: Mapping[str, Any] = field(default_factory=dict)
    body: str = ""


def endpoints(make_code: MakeCode | None) -> tuple[Endpoint, ...]:
    """Every row. ``make_code`` makes enrolment codes."""
    desk, held, sheets = evidence.Desk(), imports.Held(), imports.Held()
    return (
        Endpoint(
            path="/county",
            handler=county.county,
            scope="read",
            words="The county as it was last judged: targets with their bounds, and every school.",
            query=PLAN,
            gives={"view": CountyView | None},
        ),
        Endpoint(
            path="/schools",
            handler=county.schools,
            scope="read",
            words="The schools that are asked for, a page of them.",
            query={
                **PLAN,
                "text": "part of a name or code",
                "township": "township",
                "kind": "kind of school",
                "place": "urban, town or rural",
                "target": "id of a target",
                "state": "pass, fail, unknown or na: of that target, or of any",
                **PAGED,
            },
            gives={"schools": list[SchoolView], "found": int, "number": int, "pages": int},
        ),
        Endpoint(
            path=SCHOOL,
            handler=school.school,
            scope="read",
            words="One school: verdicts, evidence, work items, history of verdicts.",
            query={**PLAN, **AS_OF, "all": "1: every metric, with the product's defaults"},
            gives={"school": SchoolView, "items": list[WorkItem], "history": list[Told]},
        ),
        Endpoint(
            path=SCHOOL + "/targets/{target}",
            handler=school.verdict,
            scope="read",
            words="Why a target stands at a school as it does.",
            query={**PLAN, **AS_OF},
            gives={"why": dict[str, Any]},
        ),
        Endpoint(
            path=SCHOOL + "/devices",
            handler=device.devices,
            scope="read",
            words="The devices of a school, with their campus and the polls of a day.",
            query={**PLAN, **AS_OF},
            gives={"devices": list[tuple[Campus, Device, Polled]], "at": float},
        ),
        Endpoint(
            path=DEVICE,
            handler=device.device,
            scope="read",
            words="One device: its facts, ports and access points.",
            query={**PLAN, **AS_OF},
            gives={
                "device": Device,
                "facts": dict[str, Any],
                "ports": list[Part],
                "aps": list[Part],
                "polled": Polled,
                "at": float,
            },
        ),
        Endpoint(
            path=DEVICE + "/samples",
            handler=device.samples,
            scope="read",
            words="The numbers of one plot: unit, slots, lines; null is a hole.",
            query={**PLAN, **AS_OF, "plot": "what is drawn", "of": "port or part", "days": "1, 7 or 31"},
            body="application/json",
        ),
        Endpoint(
            path="/items",
            handler=work.items,
            scope="read",
            words="Work items by list, status and school.",
            query={
                **PLAN,
                "kind": "mend (the first) or prove",
                "status": "open, in_work, to_review, closed or relapsed; those that are open where not given",
                "school": "code of a school",
                **PAGED,
            },
            gives={"items": list[WorkItem], "found": int, "number": int, "pages": int},
        ),
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
            path="/baselines",
            handler=work.baselines,
            scope="read",
            words="What is accepted, and what has fallen below it.",
            query=PLAN,
            gives={"accepted": list[Baseline], "alarms": list[Alarm]},
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
            path="/agents",
            handler=agents.agents,
            scope="read",
            words="Campuses and their agents, those that are not heard first.",
            query={"text": "part of a name or code", **PAGED},
            gives={"lines": list[AgentLine], "found": int, "number": int, "pages": int, "at": float},
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
            path="/plans",
            handler=plans.plans,
            scope="read",
            words="A plan: its profile, and the versions that have judged.",
            query=PLAN,
            gives={"profile": Profile, "kept": list[KeptVersion]},
        ),
        Endpoint(
            path="/evidence",
            handler=desk.all,
            scope="read",
            words="Documents of all schools, those that wait for a review first.",
            query={"state": "claimed, accepted or rejected", "text": "part of a name or code", **PAGED},
            gives={"lines": list[Line], "found": int, "number": int, "pages": int},
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
            path=DOCUMENT,
            handler=evidence.document,
            scope="read",
            words="One document, and what became of it.",
            gives={"document": Document, "events": list[DocumentEvent]},
        ),
        Endpoint(
            path=DOCUMENT + "/file",
            handler=evidence.file,
            scope="read",
            words="The file of a document as it came.",
            body="application/octet-stream",
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
            path="/reports",
            handler=reports.reports,
            scope="reports",
            action="report_make",
            words="Reports that were handed out, the newest first, and those that are being made.",
            query=PLAN,
            gives={"kept": list[LastReport], "running": list[Run]},
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
        Endpoint(
            path="/reports/runs/{run}",
            handler=reports.run,
            scope="reports",
            action="report_make",
            words="How far a report is; when it is done, the hash of its data.",
            gives={"run": Run},
        ),
        Endpoint(
            path=KEPT,
            handler=reports.kept,
            scope="reports",
            action="report_make",
            words="A report that was handed out, with the hash of each file.",
            gives={"report": LastReport, "here": bool},
        ),
        Endpoint(
            path=KEPT + "/{name:path}",
            handler=reports.kept_file,
            scope="reports",
            action="report_make",
            words="A file of a report as it was handed out.",
            body="application/octet-stream",
        ),
        Endpoint(
            path="/audit",
            handler=log.audit_log,
            scope="audit",
            action="audit_read",
            words="Rows of the audit log, the newest first.",
            query={"who": "who did it", "action": "what was done", "before": "rows older than this number"},
            gives={"rows": list[Entry], "head": Head, "older": int | None},
        ),
    )
