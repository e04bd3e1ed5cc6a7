"""What the API shows: the rows of its table that change nothing."""

from __future__ import annotations

from typing import Any

from collector.api.endpoint import AS_OF, DEVICE, DOCUMENT, KEPT, PAGED, PLAN, SCHOOL, Endpoint
from collector.console import (
    agents,
    county,
    device,
    evidence,
    log,
    plans,
    reports,
    school,
    work,
)
from collector.console.agents import AgentLine
from collector.console.device import Part, Polled
from collector.console.evidence import Line
from collector.people.audit import Entry, Head
from collector.report_runs import Run
from collector.store.baselines import Alarm, Baseline
from collector.store.documents import DocumentEvent
from collector.store.verdicts import KeptVersion, Told
from inventory.items import WorkItem
from inventory.papers import Document
from inventory.profile import Profile
from inventory.register import Campus, Device
from inventory.report_basis import LastReport
from inventory.verdict import CountyView, SchoolView


def reading(desk: evidence.Desk) -> tuple[Endpoint, ...]:
    """Every row that is only asked for. ``desk`` knows the documents of the register."""
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
            path="/baselines",
            handler=work.baselines,
            scope="read",
            words="What is accepted, and what has fallen below it.",
            query=PLAN,
            gives={"accepted": list[Baseline], "alarms": list[Alarm]},
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
            path="/reports",
            handler=reports.reports,
            scope="reports",
            action="report_make",
            words="Reports that were handed out, the newest first, and those that are being made.",
            query=PLAN,
            gives={"kept": list[LastReport], "running": list[Run]},
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
