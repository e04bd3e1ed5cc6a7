"""What happened to each row, from one version of a school to the next."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from inventory.history import Entry, Event, History, Version, history


def entry(key: str, row: object = 1, table: str = "facilities") -> Entry:
    return Entry(table, (key,), {"kind": key, "value": row})


def told(*states: list[Entry]) -> History:
    return history(
        Version(at=float(n), author=f"author {n}", source=f"file {n}", entries=tuple(entries))
        for n, entries in enumerate(states)
    )


def brief(event: Event) -> tuple[float, str, str]:
    return event.at, event.what, event.key[0]


def test_a_row_that_stays_keeps_its_first_author_and_source() -> None:
    (row,) = told([entry("a")], [entry("a"), entry("b")], [entry("a")]).standing

    assert (row.since, row.author, row.source) == (0.0, "author 0", "file 0")


def test_a_row_that_changes_and_changes_back_stands_since_the_last_change() -> None:
    found = told([entry("a", 1)], [entry("a", 2)], [entry("a", 1)])

    assert [row.since for row in found.standing] == [2.0]
    assert [brief(event) for event in found.events] == [
        (0.0, "added", "a"),
        (1.0, "changed", "a"),
        (2.0, "changed", "a"),
    ]
    assert found.events[2].cells == (("value", 2, 1),)


def test_of_two_rows_with_one_key_the_one_that_stays_is_found_wherever_it_stands() -> None:
    found = told([entry("lab", 1), entry("lab", 2)], [entry("lab", 3), entry("lab", 1)])

    assert [(row.row["value"], row.since) for row in found.standing] == [(3, 1.0), (1, 0.0)]
    assert [event.cells for event in found.events if event.what == "changed"] == [(("value", 2, 3),)]


def test_the_same_key_in_another_table_is_another_row() -> None:
    found = told([entry("a")], [entry("a", table="documents")])

    assert [(event.at, event.what, event.table) for event in found.events] == [
        (0.0, "added", "facilities"),
        (1.0, "added", "documents"),
        (1.0, "removed", "facilities"),
    ]


def test_rows_in_another_order_are_no_change() -> None:
    found = told([entry("a"), entry("b")], [entry("b"), entry("a")])

    assert [brief(event) for event in found.events] == [(0.0, "added", "a"), (0.0, "added", "b")]
    assert [row.key for row in found.standing] == [("b",), ("a",)]


ENTRIES = st.lists(
    st.builds(entry, st.sampled_from("abc"), st.integers(0, 2), st.sampled_from("xy")), max_size=5
)


@given(st.lists(ENTRIES, min_size=1, max_size=6))
def test_the_events_replayed_give_every_version(states: list[list[Entry]]) -> None:
    events = told(*states).events
    rows: list[tuple[str, tuple[str, ...]]] = []
    for n, entries in enumerate(states):
        for event in (event for event in events if event.at == n):
            if event.what == "added":
                rows.append((event.table, event.key))
            elif event.what == "removed":
                rows.remove((event.table, event.key))
            else:
                assert (event.table, event.key) in rows
                assert event.cells
        assert sorted(rows) == sorted((each.table, each.key) for each in entries)


@given(st.lists(ENTRIES, min_size=1, max_size=6))
def test_what_stands_is_the_last_version_and_nothing_changed_since_it_stands(
    states: list[list[Entry]],
) -> None:
    standing = told(*states).standing

    assert [(row.table, row.row) for row in standing] == [(each.table, each.row) for each in states[-1]]
    for row in standing:
        for n in range(int(row.since), len(states)):
            assert any((each.table, each.row) == (row.table, row.row) for each in states[n])
