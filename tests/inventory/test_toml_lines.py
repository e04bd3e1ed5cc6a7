"""Lines of keys in a TOML text: every layout that TOML allows, by hand and drawn at random."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.plan import builtin_profiles
from inventory.toml_lines import Path, key_lines, line_of

PAGE = '''\
# a comment with [brackets] and "quotes
title = "a # is no comment here ] }"   # but here it is
"odd key" = 1
'single' . "dotted \\u5b57".last = 'C:\\'
text = """
[not.a.heading]
key = "no key" \\""" still text
"""
literal = \'\'\'
[[neither]] "" \'\'
\'\'\'
numbers = [ 1, # one ]
  2,
  # nothing on this line
  [ 3,
    4 ], { deep = [ "x",
      "y" ] },
]
inline = { a = 1, b.c = "}", d = { e = [ 1 ] } } # }

[table]
key=1
  [ table . inner ]
  key = 2020-01-01 12:00:00

[[row]]
key = 1
[row.sub]
key = 2
[[row.deep]]
key = 3
[[row.deep]]
key = 4
[[row]]
key = 5
[row.sub]
key = 6
'''
LINES: dict[Path, int] = {
    ("title",): 2,
    ("odd key",): 3,
    ("single", "dotted 字", "last"): 4,
    ("text",): 5,
    ("literal",): 9,
    ("numbers",): 12,
    ("numbers", 0): 12,
    ("numbers", 1): 13,
    ("numbers", 2): 15,
    ("numbers", 2, 1): 16,
    ("numbers", 3): 16,
    ("numbers", 3, "deep", 1): 17,
    ("inline", "b", "c"): 19,
    ("inline", "d", "e", 0): 19,
    ("table",): 21,
    ("table", "key"): 22,
    ("table", "inner"): 23,
    ("table", "inner", "key"): 24,
    ("row", 0): 26,
    ("row", 0, "key"): 27,
    ("row", 0, "sub", "key"): 29,
    ("row", 0, "deep", 0, "key"): 31,
    ("row", 0, "deep", 1): 32,
    ("row", 0, "deep", 1, "key"): 33,
    ("row", 1): 34,
    ("row", 1, "key"): 35,
    ("row", 1, "sub", "key"): 37,
}


def paths(value: object, path: Path = ()) -> Iterator[tuple[Path, object]]:
    """Every place of a parsed text that holds neither a table nor an array."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from paths(inner, (*path, key))
    elif isinstance(value, list):
        for n, inner in enumerate(value):
            yield from paths(inner, (*path, n))
    else:
        yield path, value


@pytest.mark.parametrize("path", list(LINES), ids=str)
def test_the_line_of_a_key_is_found_however_it_is_written(path: Path) -> None:
    assert key_lines(PAGE)[path] == LINES[path]


def test_every_place_of_the_page_has_a_line() -> None:
    lines = key_lines(PAGE)

    assert [path for path, _ in paths(tomllib.loads(PAGE)) if path not in lines] == []


def test_windows_line_ends_and_a_byte_order_mark_move_no_line() -> None:
    assert key_lines("\ufeff" + PAGE.replace("\n", "\r\n")) == key_lines(PAGE)


def test_a_place_that_is_not_there_has_the_line_of_the_table_around_it() -> None:
    lines = key_lines(PAGE)

    assert line_of(lines, ("row", 1, "missing", "key")) == 34
    assert line_of(lines, ("nothing",)) == 0


@pytest.mark.parametrize("text", ["", "a", "[", "a = [", 'a = {b = "', "]", "a = ,", "[[a"])
def test_a_text_that_is_no_toml_ends_the_search(text: str) -> None:
    assert isinstance(key_lines(text), dict)


@pytest.mark.parametrize("name", sorted(builtin_profiles()))
def test_every_value_of_a_profile_that_ships_stands_on_the_line_found(name: str) -> None:
    text = builtin_profiles()[name].read_text(encoding="utf-8")
    lines, rows = key_lines(text), text.splitlines()
    found = list(paths(tomllib.loads(text)))

    assert found
    for path, value in found:
        row = rows[lines[path] - 1]
        assert str(path[-1]) in row or str(value) in row, (path, row)


# Drawn at random: each value is a mark of its own, so that the line it stands on can be looked up.


class Marks:
    def __init__(self) -> None:
        self.n = 0

    def next(self) -> str:
        self.n += 1
        return f'"mark{self.n}."'


FILLER = ["", "# [x] \"' = {", "\t# }", "  "]


@st.composite
def values(draw: st.DrawFn, marks: Marks, depth: int = 0) -> str:
    kind = draw(st.integers(0, 2 if depth < 2 else 0))
    if kind == 0:
        mark = marks.next()
        forms = (mark, mark.replace('"', "'"), mark[:-1] + ' ] } # \\" = "')
        form = draw(st.sampled_from(forms))
        tail = draw(st.sampled_from(["", '"""', "'''"]))
        if tail:
            word = mark.strip('"')
            form = f"{tail}{word}\n[not.here]\nkey = 1\n{tail}"
        return form
    inner = draw(st.integers(0, 3))
    if kind == 1:
        gap = draw(st.sampled_from(["", "\n", " # , ]\n  ", "\n\n"]))
        return "[" + "".join(gap + draw(values(marks, depth + 1)) + "," for _ in range(inner)) + gap + "]"
    pairs = [f"k{n} = {draw(values(marks, depth + 1))}" for n in range(inner)]
    return "{ " + ", ".join(pairs) + " }"


@st.composite
def documents(draw: st.DrawFn) -> str:
    marks = Marks()
    rows: list[str] = []

    def pairs() -> None:
        for n in range(draw(st.integers(0, 4))):
            rows.append(draw(st.sampled_from(FILLER)))
            key = draw(st.sampled_from([f"k{n}", f'"k {n}"', f"'k.{n}'", f"k{n} . x", f'k{n}."字 y"']))
            rows.append(f"{key} = {draw(values(marks))}")

    pairs()
    for n in range(draw(st.integers(0, 4))):
        heading = draw(st.sampled_from([f"[t{n}]", "[[r]]", f"[ t{n} . 'a b' ]", f'[[ u . "r{n}" ]]']))
        rows.append(heading)
        pairs()
        if heading == "[[r]]" and draw(st.booleans()):
            rows.append("[r.sub]")
            pairs()
    return "\n".join(rows)


@given(documents())
def test_in_any_document_every_value_stands_on_the_line_of_its_key_or_element(text: str) -> None:
    lines = key_lines(text)
    rows = text.split("\n")
    for path, value in paths(tomllib.loads(text)):
        mark = str(value).split(".")[0] + "."
        row = next(n for n, row in enumerate(rows, 1) if mark in row)
        assert lines[path] == row, (path, text)
