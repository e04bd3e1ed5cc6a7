"""The addresses of the pages about devices, agents, plans, the import and the audit log."""

from __future__ import annotations

from starlette.routing import Route

from collector.console import agents, device, imports, log, plans
from collector.console.frame import Console, page

DEVICE = "/console/schools/{school}/devices/{campus}/{device}"


def network_routes(console: Console, make_code: agents.MakeCode | None) -> list[Route]:
    """What engineers look at. Without ``make_code`` nobody is given an enrolment code."""
    held = imports.Held()
    look, make_so = imports.look_deed(held), imports.import_deed(held)
    enrol = agents.agent_deed(make_code)
    return [
        Route("/console/import", page(console, imports.imports, "register_import")),
        Route("/console/import", page(console, look, "register_import"), methods=["POST"]),
        Route("/console/import/files/{name}", page(console, imports.workbook, "register_import")),
        Route("/console/import/confirm", page(console, make_so, "register_import"), methods=["POST"]),
        Route("/console/audit", page(console, log.audit_log, "audit_read")),
        Route("/console/plans", page(console, plans.plans)),
        Route("/console/agents", page(console, agents.agents)),
        Route("/console/agents", page(console, enrol, "agent_enrol"), methods=["POST"]),
        Route("/console/schools/{school}/devices", page(console, device.devices)),
        Route(DEVICE, page(console, device.device)),
        Route(f"{DEVICE}/samples.json", page(console, device.samples)),
    ]
