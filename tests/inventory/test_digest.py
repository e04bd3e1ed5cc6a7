"""The digest of a state: the same by every way to it, another for every other state."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from inventory.digest import changed, digest_of, value_text
from inventory.facts import FactValue

TEXTS = st.text(max_size=8)
VALUES: st.SearchStrategy[FactValue] = st.one_of(
    TEXTS,
    st.booleans(),
    st.integers(-5, 5),
    st.floats(allow_nan=False, allow_infinity=False),
    st.lists(TEXTS, max_size=3),
    st.dictionaries(TEXTS, TEXTS, max_size=3),
)
STATES = st.dictionaries(st.tuples(TEXTS, TEXTS), VALUES, max_size=6)


@given(STATES, STATES)
def test_changes_lead_to_the_digest_of_the_new_state(
    before: dict[tuple[str, str], FactValue], after: dict[tuple[str, str], FactValue]
) -> None:
    digest = digest_of(before)
    for subject, key in before.keys() | after.keys():
        name = (subject, key)
        texts = [value_text(state[name]) if name in state else None for state in (before, after)]
        digest = changed(digest, subject, key, texts[0], texts[1])

    assert digest == digest_of(after)


@given(STATES, STATES)
def test_other_states_have_other_digests(
    one: dict[tuple[str, str], FactValue], other: dict[tuple[str, str], FactValue]
) -> None:
    same = {name: value_text(value) for name, value in one.items()} == {
        name: value_text(value) for name, value in other.items()
    }

    assert (digest_of(one) == digest_of(other)) is same


@given(STATES)
def test_a_state_that_went_over_the_wire_has_the_same_digest(
    state: dict[tuple[str, str], FactValue],
) -> None:
    again = {name: json.loads(json.dumps(value)) for name, value in state.items()}

    assert digest_of(again) == digest_of(state)


def test_a_name_cannot_move_from_the_subject_to_the_key() -> None:
    assert digest_of({("ab", "c"): 1}) != digest_of({("a", "bc"): 1})


def test_nothing_adds_up_to_nothing() -> None:
    assert digest_of({}) == "0" * 32
