"""A county's verdicts come to the province by the agents' protocol, and only what has changed travels."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from batches import T0, packed
from sqlalchemy import Connection, Engine, select

from collector.ingest import decode
from collector.store.engine import open_store
from collector.store.schema import fact, ledger, verdict
from collector.store.write import Arrival, Sender, store_batch
from collector.upward import INTERVAL_S, Number, batch_of, states_of
from inventory.facts import Receipt

CAMPUS = "339998-up"
PROVINCE = Sender("339998", CAMPUS, CAMPUS)


def judge(connection: Connection, school: str, target: str, state: str, at: float, reason: str = "") -> None:
    """A verdict that replaces the one before it."""
    same = (verdict.c.school_id == school, verdict.c.target_id == target, verdict.c.known_to.is_(None))
    connection.execute(verdict.update().where(*same).values(known_to=at))
    row = {"school_id": school, "profile_id": "plan", "target_id": target, "known_from": at, "as_of": at}
    connection.execute(
        verdict.insert().values(**row, profile_sha256="0", state=state, reason=reason, doc=b"")
    )


class Tree:
    """A county below and a province above."""

    def __init__(self, county: Engine, province: Engine) -> None:
        self.county = county
        self.province = province
        self.seq = 0
        self.wanted: list[str] = []

    def forward(self) -> Receipt:
        """One batch upwards, over the wire's form."""
        self.seq += 1
        with self.county.connect() as connection:
            states = states_of(connection, CAMPUS)
        made = batch_of(states, Number(CAMPUS, "e", self.seq, T0 + self.seq * INTERVAL_S), self.wanted)
        received, sha256 = decode(packed(made), "zstd")
        with self.province.begin() as connection:
            receipt = store_batch(connection, Arrival(PROVINCE, received, sha256, made.made_at + 1))
        self.wanted = receipt.frames_wanted
        return receipt

    def known_above(self, device: str) -> dict[tuple[str, str], object]:
        query = select(fact.c.subject, fact.c.key, fact.c.value).where(
            fact.c.device_id == device, fact.c.valid_to.is_(None), fact.c.known_to.is_(None)
        )
        with self.province.connect() as connection:
            return {(subject, key): json.loads(value) for subject, key, value in connection.execute(query)}


@pytest.fixture
def tree(new_store: Callable[[], Engine]) -> Tree:
    county = open_store("sqlite:///:memory:")
    with county.begin() as connection:
        for number in range(3):
            judge(connection, f"213399900{number}", "10g", "pass" if number else "fail", T0)
        judge(connection, "2133999000", "ipv6", "pass", T0)
    return Tree(county, new_store())


def test_the_province_asks_for_what_it_does_not_know_and_then_knows_it(tree: Tree) -> None:
    first, second, third = tree.forward(), tree.forward(), tree.forward()

    assert first.frames_wanted == ["2133999000", "2133999001", "2133999002", CAMPUS]
    assert (second.frames_wanted, third.frames_wanted) == ([], [])
    with tree.county.connect() as connection:
        states = states_of(connection, CAMPUS)
    assert {device: tree.known_above(device) for device in states} == states
    assert tree.known_above(CAMPUS)[("plan:plan/10g", "schools")] == {"fail": "1", "pass": "2"}


def test_only_a_school_whose_verdicts_changed_is_sent_again(tree: Tree) -> None:
    tree.forward(), tree.forward()
    with tree.county.begin() as connection:
        judge(connection, "2133999001", "10g", "fail", T0 + 1.0, "no answer")

    noticed, told = tree.forward(), tree.forward()

    assert noticed.frames_wanted == ["2133999001", CAMPUS]
    assert told.frames_wanted == []
    assert tree.known_above("2133999001")[("plan:plan/10g", "reason")] == "no answer"


def test_a_verdict_that_ended_ends_above(tree: Tree) -> None:
    tree.forward(), tree.forward()
    with tree.county.begin() as connection:
        connection.execute(verdict.update().where(verdict.c.target_id == "ipv6").values(known_to=T0 + 1.0))

    tree.forward(), tree.forward()

    assert ("plan:plan/ipv6", "state") not in tree.known_above("2133999000")


def test_a_province_that_lost_everything_asks_for_everything(
    tree: Tree, new_store: Callable[[], Engine]
) -> None:
    tree.forward(), tree.forward()
    tree.province = new_store()

    wanted = tree.forward().frames_wanted

    assert len(wanted) == 4
    with tree.province.connect() as connection:
        assert connection.execute(select(ledger.c.seq)).scalars().all() == [3]
