"""A plan profile as a text: which line a fault stands on, and how its place is called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from inventory.errors import Problem, sentence
from inventory.toml_lines import Path, key_lines, line_of
from inventory.words import _

__all__ = ["Book", "Finding", "Path", "PlanProblem"]


@dataclass(frozen=True, slots=True)
class PlanProblem(Problem):
    """A fault of a profile; ``line`` is counted from 1, 0 where the file has no such place."""

    line: int = 0

    def __str__(self) -> str:
        where = _("line %(line)d, %(where)s") % {"line": self.line, "where": self.where}
        return sentence(where if self.line else self.where, self.what, self.do)


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found at a place of the profile. A doubt is left to a person, a fault is refused."""

    path: Path
    what: str
    do: str = ""
    is_doubt: bool = False


class Book:
    """The text of one profile and the tables that were read from it."""

    def __init__(self, text: str, data: Mapping[str, object]) -> None:
        self.text = text
        self.data = data

    @cached_property
    def lines(self) -> Mapping[Path, int]:
        """The line of every place; read only when something was found."""
        return key_lines(self.text)

    def problem(self, finding: Finding) -> PlanProblem:
        """A finding with its line and the name of its place."""
        path = finding.path
        return PlanProblem(self.label(path), finding.what, finding.do, line_of(self.lines, path))

    def label(self, path: Path) -> str:
        """A place as a person looks for it: ``[[target]] access params.min_port_mbps``."""
        if len(path) < 2:
            is_table = path and path[0] in ("profile", "source", "period", "defaults", "omitted", "score")
            return f"[{path[0]}]" if is_table else f"[[{path[0]}]]" if path == ("target",) else _("top level")
        table, item, *keys = path
        if table in ("target", "change"):
            head = f"[[{table}]] {self._name(str(table), item)}"
        elif table == "scope":
            head = f"[scope.{item}]"
        else:
            head, keys = f"[{table}]", [item]
        return f"{head} {_dotted(keys)}".rstrip()

    def _name(self, table: str, item: str | int) -> str:
        """The id of a target, or the number of a table from 1."""
        rows = self.data.get(table)
        row = rows[item] if isinstance(rows, list) and isinstance(item, int) else None
        named = row.get("id") if isinstance(row, dict) else None
        return str(named or (item + 1 if isinstance(item, int) else item))


def _dotted(keys: list[str | int]) -> str:
    """Keys joined by points; the place in a list is left to the line."""
    return ".".join(str(key) for key in keys if isinstance(key, str))
