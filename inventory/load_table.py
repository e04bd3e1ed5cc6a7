"""What an import table is: its file names, its columns, and by what its rows are told apart."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from inventory.load_cells import Parser
from inventory.words import language


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its key, what its cells hold, and the other headings it goes by."""

    key: str
    parse: Parser
    headings: tuple[str, ...] = ()
    required: bool = False

    @property
    def title(self) -> str:
        """The heading in the language of this process."""
        return self.headings[0] if self.headings and language() == "zh" else self.key


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """An import table: file name, name in TOML, Chinese file names, and the columns. Compared by identity.

    ``key``: the columns by which two rows are one and the same thing. ``owner``: the column that says whose
    rows they are, "campus" or "school"; "" where they are the county's. ``county_wide``: its ids are unique
    in the whole county, not only within their campus or school. ``distinct``: no two rows share a key."""

    file: str
    toml: str
    files: tuple[str, ...]
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    owner: str = ""
    county_wide: bool = False
    distinct: bool = True

    @property
    def name(self) -> str:
        """The file name without its ending."""
        return self.file.removesuffix(".csv")

    @property
    def headings(self) -> Mapping[str, Column]:
        """Every heading in plain form -> its column."""
        return {heading(name): column for column in self.columns for name in (column.key, *column.headings)}


def heading(written: str) -> str:
    """A heading in plain form: NFKC, lower case, without blanks, asterisks and notes in brackets."""
    found = unicodedata.normalize("NFKC", written).casefold()
    found = re.sub(r"\([^)]*\)|\[[^\]]*\]|【[^】]*】", "", found)
    return re.sub(r"[\s*_\-\ufeff]", "", found)
