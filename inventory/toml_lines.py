"""Where in a TOML file a key stands: tomllib gives values without lines, and a fault needs its line.

``key_lines`` reads a text that tomllib has read already; what it cannot follow it leaves out, so a caller
asks for the nearest place that is known (``line_of``).
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from collections.abc import Mapping
from typing import TypeAlias

Path: TypeAlias = tuple[str | int, ...]
"""Keys from the top, and positions in arrays from 0: ("target", 2, "params", "thr")."""

_BLANK = re.compile(r"[ \t]*")
_SPACE = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_KEY = re.compile(r'"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'|[A-Za-z0-9_-]+')
_STRING = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}(?!")'
    r"|'''.*?'{3,5}(?!')"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'[^'\n]*'",
    re.DOTALL,
)
_SCALAR = re.compile(r"[^,\]}#\r\n]+")


def key_lines(text: str) -> dict[Path, int]:
    """The line, from 1, of every table, key and array element of a TOML text."""
    return _Scanner(text).scan()


def line_of(lines: Mapping[Path, int], path: Path) -> int:
    """The line of a path, or of the nearest table around it; 0 when not even that is known."""
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path, 0)


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.starts = [0, *(found.end() for found in re.finditer("\n", text))]
        self.lines: dict[Path, int] = {}
        self.arrays: dict[Path, int] = {}
        """Arrays of tables, and how many tables each has."""

    def scan(self) -> dict[Path, int]:
        table: Path = ()
        self.at = len(self.text) - len(self.text.lstrip("\ufeff"))
        while self.skip(_SPACE) < len(self.text):
            start = self.at
            if self.text.startswith("[", self.at):
                table = self.heading()
            else:
                self.pair(table)
            if self.at == start:
                break
        return self.lines

    def heading(self) -> Path:
        """``[a.b]`` or ``[[a.b]]``: the table that the next keys belong to."""
        start = self.at
        is_array = self.text.startswith("[[", start)
        self.at += 2 if is_array else 1
        keys = self.keys()
        self.at += 2 if is_array else 1
        path: Path = ()
        for n, key in enumerate(keys, 1):
            path += (key,)
            if is_array and n == len(keys):
                self.mark(path, start)
                self.arrays[path] = self.arrays.get(path, 0) + 1
            if path in self.arrays:
                path += (self.arrays[path] - 1,)
        self.mark(path, start)
        return path

    def pair(self, table: Path) -> None:
        """``key = value``, the key perhaps dotted."""
        start = self.at
        path = table
        for key in self.keys():
            path += (key,)
            self.mark(path, start)
        self.at += 1
        self.skip(_BLANK)
        self.value(path)

    def keys(self) -> list[str]:
        """The parts of a dotted key; ends behind it."""
        found: list[str] = []
        while True:
            self.skip(_BLANK)
            match = _KEY.match(self.text, self.at)
            if not match:
                return found
            self.at = match.end()
            word = match[0]
            quoted = word[0] in "\"'"
            found.append(str(tomllib.loads(f"k = {word}")["k"]) if quoted else word)
            self.skip(_BLANK)
            if not self.text.startswith(".", self.at):
                return found
            self.at += 1

    def value(self, path: Path) -> None:
        """Steps over a value, and marks what stands inside it."""
        if self.text.startswith("[", self.at):
            self.array(path)
        elif self.text.startswith("{", self.at):
            self.inline_table(path)
        else:
            self.skip(_STRING if self.text[self.at : self.at + 1] in ('"', "'") else _SCALAR)

    def array(self, path: Path) -> None:
        self.at += 1
        n = 0
        while self.skip(_SPACE) < len(self.text) and not self.text.startswith("]", self.at):
            start = self.at
            self.mark((*path, n), start)
            self.value((*path, n))
            self.separator()
            n += 1
            if self.at == start:
                return
        self.at += 1

    def inline_table(self, path: Path) -> None:
        self.at += 1
        while self.skip(_SPACE) < len(self.text) and not self.text.startswith("}", self.at):
            start = self.at
            self.pair(path)
            self.separator()
            if self.at == start:
                return
        self.at += 1

    def separator(self) -> None:
        self.skip(_SPACE)
        if self.text.startswith(",", self.at):
            self.at += 1

    def skip(self, pattern: re.Pattern[str]) -> int:
        match = pattern.match(self.text, self.at)
        self.at = match.end() if match else self.at
        return self.at

    def mark(self, path: Path, start: int) -> None:
        self.lines.setdefault(path, bisect_right(self.starts, start))
