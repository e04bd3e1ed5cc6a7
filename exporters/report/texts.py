"""The fixed texts of the printable report."""

from __future__ import annotations

from inventory.words import N_, Language, say

_TEXTS: dict[str, str] = {
    "title": N_("School network plan: verification report"),
    "as_of": N_("Data as of"),
    "by_plan": N_("By the plan"),
    "profile": N_("Target profile"),
    "version": N_("version"),
    "summary": N_("Conclusion by target"),
    "no": N_("No."),
    "target": N_("Target"),
    "goal": N_("Goal"),
    "due": N_("Due"),
    "met_of": N_("Met / checked"),
    "bounds": N_("Proven to possible"),
    "verdict": N_("Verdict"),
    "failed": N_("not met"),
    "unknown": N_("unknown"),
    "na": N_("not applicable"),
    "bar_key": N_("Solid: proven met. Hatched: unknown, may still be met. Line: the goal."),
    "levels_key": N_(
        "Proof: E1 declared, E2 document, E3 device reading, E4 active test, E5 test on site; ×n schools."
    ),
    "basis": N_("Basis of this report"),
    "notes": N_("How to read it"),
    "signed_made": N_("Prepared by"),
    "signed_checked": N_("Checked by"),
    "seed": N_("Seed of the test on site"),
    "signed_school": N_("Confirmed by the school"),
    "signed_approved": N_("Approved by"),
    "date": N_("date"),
    "digest": N_("SHA-256 of report.json"),
    "school": N_("School"),
    "metric": N_("Metric"),
    "now_required": N_("Now / required"),
    "port": N_("Port"),
    "why": N_("Reason and what to do"),
    "proof": N_("Proof"),
    "polls": N_("Polls true / false / missing"),
    "units": N_("Units met / not / unknown"),
    "person": N_("Person, deadline, closed"),
    "needed": N_("Evidence needed"),
    "nothing": N_("Nothing to list."),
    "together": N_("Same cause at many places"),
    "places": N_("Places"),
    "plan_words": N_("Words of the plan, source"),
    "strength_scope": N_("Strength, scope"),
    "method_origin": N_("Method, set by, remarks"),
    "counts": N_("n: met / not / unknown / n.a."),
    "now_due": N_("Verdict now / when due"),
    "evidence_change": N_("Evidence, change"),
    "about": N_("About the school"),
    "links": N_("Port / contract Mbit/s"),
    "ipv6": N_("IPv6: address, route, prefixes, reachable"),
    "aps": N_("APs online / registered"),
    "rooms": N_("Rooms covered / main (unmapped)"),
    "last_report": N_("Agent's last report"),
    "open": N_("Not met / unknown"),
    "pupils": N_("pupils"),
    "classes": N_("classes"),
    "figures": N_("Table 2, continued: figures"),
    "table2_key": N_("The numbers in the heading are those of the targets in table 1."),
    "never": N_("never"),
    "groups_key": N_("Schools met / not met / unknown."),
}


def texts(language: Language) -> dict[str, str]:
    """The texts in a language."""
    return {name: say(message, language) for name, message in _TEXTS.items()}
