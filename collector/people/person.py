"""Who uses the console, and what each role may do: one table, asked by every page and call.

三员分立 (separation of duties): where the county wants it, accounts, permissions and the audit log are in the
hands of three different people, and the county's administrator has none of the three.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from inventory.words import N_

Role = Literal[
    "county_admin",
    "inspector",
    "school_clerk",
    "auditor",
    "system_admin",
    "security_admin",
    "audit_admin",
]
Action = Literal[
    "read",
    "evidence_upload",
    "evidence_review",
    "register_import",
    "baseline_accept",
    "item_assign",
    "item_close",
    "spot_check",
    "agent_enrol",
    "plan_change",
    "report_make",
    "account_change",
    "role_grant",
    "audit_read",
]

MAY: dict[Role, frozenset[Action]] = {
    "county_admin": frozenset(
        {
            "read",
            "evidence_upload",
            "evidence_review",
            "register_import",
            "baseline_accept",
            "item_assign",
            "item_close",
            "spot_check",
            "agent_enrol",
            "plan_change",
            "report_make",
            "account_change",
            "role_grant",
            "audit_read",
        }
    ),
    "inspector": frozenset({"read", "evidence_review", "item_close", "spot_check", "report_make"}),
    "school_clerk": frozenset({"read", "evidence_upload", "report_make"}),
    "auditor": frozenset({"read", "report_make", "audit_read"}),
    "system_admin": frozenset({"read", "agent_enrol", "account_change"}),
    "security_admin": frozenset({"read", "role_grant"}),
    "audit_admin": frozenset({"read", "audit_read"}),
}
DUTIES: dict[Role, frozenset[Action]] = {
    "system_admin": frozenset({"account_change"}),
    "security_admin": frozenset({"role_grant"}),
    "audit_admin": frozenset({"audit_read"}),
}
"""What only its own role may do where duties are separated."""
APART: frozenset[Role] = frozenset({"county_admin", *DUTIES})
"""Of these a person holds at most one where duties are separated."""
ROLES: dict[Role, str] = {
    "county_admin": N_("county administrator"),
    "inspector": N_("inspector"),
    "school_clerk": N_("school clerk"),
    "auditor": N_("auditor"),
    "system_admin": N_("system administrator (accounts)"),
    "security_admin": N_("security administrator (roles)"),
    "audit_admin": N_("audit administrator (the log)"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """``id`` is the name that signs in, ``name`` the one that is shown. A clerk has ``schools`` (10-digit
    codes) and sees no other; for every other role it is empty, which means all. ``separated``: the county
    separates duties."""

    id: str
    name: str
    roles: tuple[Role, ...]
    schools: tuple[str, ...] = ()
    separated: bool = False

    def may(self, action: Action, school: str | None = None) -> bool:
        """Whether the person may do this, at this school where it is about one."""
        return any(action in self._of(role) and self._covers(role, school) for role in self.roles)

    def sees(self, school: str) -> bool:
        """Whether what is known of a school may be shown to the person."""
        return not self.is_of_schools or school in self.schools

    @property
    def is_of_schools(self) -> bool:
        """Whether the person is bound to schools: a clerk and nothing more."""
        return all(role == "school_clerk" for role in self.roles)

    def _covers(self, role: Role, school: str | None) -> bool:
        """A clerk who is an inspector too inspects everywhere, but is a clerk only at the own schools."""
        return role != "school_clerk" or school is None or school in self.schools

    def _of(self, role: Role) -> frozenset[Action]:
        if not self.separated:
            return MAY[role]
        # Roles given before the county separated duties: who holds two of them has neither.
        kept = frozenset() if len(APART.intersection(self.roles)) > 1 else DUTIES.get(role, frozenset())
        return MAY[role] - _ALL_DUTIES | kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A person who has signed in. ``csrf`` has to come back with every change. ``by_token``: a program that
    acts for the person; no browser sends a token by itself, so nothing has to come back."""

    person: Person
    csrf: str
    language: Literal["zh", "en"] = "zh"
    by_token: bool = False


_ALL_DUTIES: frozenset[Action] = frozenset().union(*DUTIES.values())
