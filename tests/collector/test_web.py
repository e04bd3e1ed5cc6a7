"""The HTTP edge: who may write, what is refused, what is shown."""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import zstandard
from asgi import Client
from batches import T0, batch, packed
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from collector import commit
from collector.config import CollectorSettings
from collector.publish import Page, Published, Scrape
from collector.store.engine import open_store
from collector.store.schema import fact, ledger
from collector.store.tokens import CODE_LIFE_S, load_pepper, new_code, new_token, revoke
from collector.telemetry import Telemetry
from collector.web.app import Edge, make_app

CAMPUS = "2133999001-01"
OTHER = "2133999002-01"
MEDIA = {"Content-Type": "application/vnd.wanzhao.batch+json;v=1", "Content-Encoding": "zstd"}


class Centre:
    """A collector's edge on a fresh database, with one agent's token."""

    def __init__(self, folder: Path) -> None:
        self.now = T0 + 600.0
        self.published = Published()
        settings = CollectorSettings(state_dir=folder)
        self.engine = open_store(settings.database_url)
        self.pepper = load_pepper(folder / "pepper")
        self.edge = Edge(
            settings, self.engine, self.pepper, Telemetry(), lambda: self.published, clock=lambda: self.now
        )
        self.client = Client(make_app(self.edge))
        with self.engine.begin() as connection:
            self.token = new_token(connection, self.pepper, "2133999001", CAMPUS, self.now)

    def post(self, body: bytes, token: str | None = None, **headers: str) -> Any:
        auth = {"Authorization": f"Bearer {token or self.token}"}
        return self.client.post("/v1/batches", content=body, headers=auth | MEDIA | headers)

    def rows(self, table: Any) -> int:
        with self.engine.connect() as connection:
            return int(connection.execute(select(func.count()).select_from(table)).scalar() or 0)


@pytest.fixture
def centre(tmp_path: Path) -> Iterator[Centre]:
    one = Centre(tmp_path)
    yield one
    one.edge.close()
    one.engine.dispose()


def test_a_batch_is_stored_and_answered_with_its_key(centre: Centre) -> None:
    one = batch(1, T0, changes={("gw", "", "model"): "S5731"})

    first, again = centre.post(packed(one)), centre.post(packed(one))

    assert (first.status_code, again.status_code) == (200, 200)
    key = {"status": "stored", "agent": CAMPUS, "epoch": "e1", "lane": "backlog", "seq": 1, "have_seq": 1}
    assert first.json().items() >= key.items()
    assert again.json()["status"] == "duplicate"
    assert (centre.rows(ledger), centre.rows(fact)) == (1, 1)


def test_the_same_number_with_other_content_is_409_and_changes_nothing(centre: Centre) -> None:
    centre.post(packed(batch(1, T0)))

    answer = centre.post(packed(batch(1, T0, changes={("gw", "", "model"): "other"})))

    assert answer.status_code == 409
    assert (centre.rows(ledger), centre.rows(fact)) == (1, 0)


@pytest.mark.parametrize("token", ["", "wz_000000000000_x", "Bearer", "wz_x", "wz__"])
def test_without_the_right_token_nothing_is_read(centre: Centre, token: str) -> None:
    answer = centre.client.post(
        "/v1/batches", content=packed(batch(1, T0)), headers={"Authorization": f"Bearer {token}"} | MEDIA
    )

    assert answer.status_code == 401
    assert centre.rows(ledger) == 0


def test_an_agent_can_ask_whose_its_token_is(centre: Centre) -> None:
    good = {"Authorization": f"Bearer {centre.token}"}

    assert centre.client.get("/v1/agent", headers=good).json() == {"campus": CAMPUS}
    assert centre.client.get("/v1/agent", headers={"Authorization": "Bearer wz_x_y"}).status_code == 401


def test_a_token_that_knows_the_prefix_but_not_the_secret_is_refused(centre: Centre) -> None:
    assert centre.post(packed(batch(1, T0)), token=centre.token[:-1] + "~").status_code == 401


def test_a_revoked_token_is_refused_from_the_next_request_on(centre: Centre) -> None:
    assert centre.post(packed(batch(1, T0))).status_code == 200
    with centre.engine.begin() as connection:
        assert revoke(connection, CAMPUS, centre.now) == 1

    assert centre.post(packed(batch(2, T0 + 300))).status_code == 401


def test_a_token_revoked_by_another_process_stores_nothing_though_it_was_good_a_moment_ago(
    centre: Centre,
) -> None:
    for seq in (1, 2):  # the second time nobody asks the database whose it is
        assert centre.post(packed(batch(seq, T0 + 300 * seq))).status_code == 200
    with centre.engine.begin() as connection:
        revoke(connection, CAMPUS, centre.now)

    answers = [centre.post(packed(batch(seq, T0 + 300 * seq))).status_code for seq in (1, 3)]

    assert answers == [401, 401]
    assert centre.rows(ledger) == 2


def test_an_agent_writes_its_own_campus_only(centre: Centre) -> None:
    answer = centre.post(packed(batch(1, T0, agent=OTHER, campus=OTHER)))

    assert answer.status_code == 403
    assert CAMPUS in answer.json()["error"]
    assert centre.rows(ledger) == 0


@pytest.mark.parametrize("encoding", ["gzip", "zstd", "identity"])
def test_three_encodings_are_understood(centre: Centre, encoding: str) -> None:
    plain = msgspec.json.encode(batch(1, T0))
    body = {
        "gzip": gzip.compress(plain),
        "zstd": zstandard.ZstdCompressor().compress(plain),
        "identity": plain,
    }[encoding]

    assert centre.post(body, **{"Content-Encoding": encoding}).status_code == 200


BOMB = b"[" + b" " * (64 * 2**20) + b"]"
NAN = msgspec.json.encode(batch(1, T0)).replace(b'"interval_s":300', b'"interval_s":NaN')


@pytest.mark.parametrize(
    ("body", "encoding", "status"),
    [
        (b"", "identity", 422),
        (b"not json", "identity", 422),
        (b"not zstd", "zstd", 422),
        (b"not gzip", "gzip", 422),
        (b"{}", "br", 415),
        (NAN, "identity", 422),
        (b"[" * 100_000, "identity", 422),
        (zstandard.ZstdCompressor().compress(BOMB), "zstd", 413),
        (zstandard.ZstdCompressor(write_content_size=False).compress(BOMB), "zstd", 413),
        (gzip.compress(BOMB), "gzip", 413),
        (b" " * (4 * 2**20 + 1), "identity", 413),
    ],
    ids=[
        "empty",
        "text",
        "no-zstd",
        "no-gzip",
        "brotli",
        "nan",
        "deep",
        "bomb",
        "silent-bomb",
        "gzip-bomb",
        "large",
    ],
)
def test_a_body_that_is_no_batch_is_refused_for_good(
    centre: Centre, body: bytes, encoding: str, status: int
) -> None:
    answer = centre.post(body, **{"Content-Encoding": encoding})

    assert answer.status_code == status
    assert answer.json()["error"]
    assert centre.rows(ledger) == 0


def broken(**changes: Any) -> Any:
    return msgspec.structs.replace(batch(1, T0, changes={("gw", "", "model"): "x"}), **changes)


@pytest.mark.parametrize(
    ("one", "status"),
    [
        (broken(schema="wanzhao.batch/9"), 415),
        (broken(interval_s=0), 422),
        (broken(interval_s=7), 422),
        (broken(seq=0), 422),
        (broken(seq=2**60), 422),
        (broken(epoch=""), 422),
        (broken(made_at=-1.0), 422),
        (broken(made_at=1e300), 422),
        (broken(agent_version="1\0"), 422),
    ],
)
def test_a_batch_out_of_bounds_is_refused_for_good(centre: Centre, one: Any, status: int) -> None:
    assert centre.post(packed(one)).status_code == status
    assert centre.rows(ledger) == 0


def test_what_is_left_out_of_a_batch_is_said_and_the_rest_is_stored(centre: Centre) -> None:
    changes = {("gw", "", "model"): "S5731", ("gw", "", "serial"): "x" * 1025}

    answer = centre.post(packed(batch(1, T0, changes=changes)))

    (rejected,) = answer.json()["rejected"]
    assert (rejected["part"], rejected["device"], rejected["rows"]) == ("facts", "gw", 1)
    assert (centre.rows(ledger), centre.rows(fact)) == (1, 1)
    assert 'wanzhao_collector_rejected_rows_total{part="facts"} 1.0' in centre.client.get("/metrics").text


@pytest.mark.parametrize(
    ("media", "status"),
    [
        ("application/vnd.wanzhao.batch+json;v=1", 200),
        ("application/vnd.wanzhao.batch+json; V=1", 200),
        ("application/vnd.wanzhao.batch+json", 200),
        ("application/vnd.wanzhao.batch+json;v=2", 415),
        ("application/json", 415),
        ("multipart/form-data; boundary=x", 415),
    ],
)
def test_another_version_of_the_form_is_told_which_one_is_understood(
    centre: Centre, media: str, status: int
) -> None:
    answer = centre.post(packed(batch(1, T0)), **{"Content-Type": media})

    assert answer.status_code == status
    if status == 415:
        assert answer.json()["understood"] == ["application/vnd.wanzhao.batch+json;v=1"]


def test_a_batch_of_1970_is_stored_at_the_time_that_the_uptime_tells(centre: Centre) -> None:
    one = batch(1, 300, changes={("gw", "", "model"): "x"}, made_at=310.0, made_mono=40.0, boot="b1")
    sending = {"Wanzhao-Sent-At": str(centre.now), "Wanzhao-Sent-Mono": "340", "Wanzhao-Boot": "b1"}

    receipt = centre.post(packed(one), **sending).json()

    with centre.engine.connect() as connection:
        slot = connection.execute(select(fact.c.valid_from)).scalar_one()
        shift = connection.execute(select(ledger.c.shift_s)).scalar_one()
    assert abs(slot - (centre.now - 300)) <= 300
    assert (slot % 300, shift) == (0, slot - 300)
    assert receipt["clock_offset_s"] == 0.0


def test_one_agent_in_a_hurry_is_slowed_down_and_another_is_not(centre: Centre) -> None:
    centre.edge.throttle.burst = 3.0
    centre.edge.monotonic = lambda: 0.0
    with centre.engine.begin() as connection:
        other = new_token(connection, centre.pepper, "2133999002", OTHER, centre.now)

    answers = [centre.post(packed(batch(1, T0))) for _n in range(4)]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert int(answers[3].headers["Retry-After"]) > 0
    assert centre.post(packed(batch(1, T0, agent=OTHER, campus=OTHER)), token=other).status_code == 200


def test_a_token_can_be_renewed_and_both_are_good_until_the_old_ones_are_revoked(centre: Centre) -> None:
    answer = centre.client.post("/v1/rotate", headers={"Authorization": f"Bearer {centre.token}"})

    assert answer.json()["campus"] == CAMPUS
    assert answer.json()["token"] != centre.token
    for token in (centre.token, answer.json()["token"]):
        assert centre.post(packed(batch(1, T0)), token=token).status_code == 200
    assert centre.client.post("/v1/rotate", headers={"Authorization": "Bearer wz_x_y"}).status_code == 401


def test_who_was_turned_away_is_logged_without_the_secret(
    centre: Centre, caplog: pytest.LogCaptureFixture
) -> None:
    wrong = centre.token[:-1] + "~"

    centre.post(packed(batch(1, T0)), token=wrong)
    centre.post(packed(batch(1, T0, agent=OTHER, campus=OTHER)))

    assert "audit: 127.0.0.1: HTTP 401 for POST /v1/batches" in caplog.text
    assert f"HTTP 403 for POST /v1/batches, campus {CAMPUS}" in caplog.text
    assert centre.token.split("_", 2)[2][:-1] not in caplog.text


def test_what_a_request_says_of_its_origin_and_host_changes_nothing(centre: Centre) -> None:
    forged = {"X-Forwarded-For": "127.0.0.1", "X-Forwarded-Host": "evil.example", "Host": "evil.example"}

    assert centre.client.post("/v1/batches", headers=forged).status_code == 401
    assert centre.client.get("/metrics/", headers=forged).status_code == 404
    assert "evil" not in centre.client.get("/", headers=forged).text
    assert "evil" not in centre.client.get("/sd", headers=forged).text


def test_fields_of_a_newer_agent_are_passed_over(centre: Centre) -> None:
    document = json.loads(msgspec.json.encode(batch(1, T0))) | {"weather": {"rain": True}}

    assert centre.post(json.dumps(document).encode(), **{"Content-Encoding": "identity"}).status_code == 200


def test_a_database_that_fails_asks_the_agent_to_come_again(
    centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: object) -> None:
        raise OperationalError("INSERT", {}, Exception("disk full"))

    monkeypatch.setattr(commit, "store_batch", fail)
    answer = centre.post(packed(batch(1, T0)))

    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0


def test_a_database_that_cannot_even_say_who_sends_asks_to_come_again(centre: Centre) -> None:
    with centre.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE agent RENAME TO elsewhere")

    answer = centre.post(packed(batch(1, T0)))

    assert (answer.status_code, int(answer.headers["Retry-After"]) > 0) == (503, True)
    assert 'wanzhao_collector_answers_total{status="503"} 1.0' in centre.client.get("/metrics").text


def test_too_many_at_once_are_asked_to_come_again(centre: Centre) -> None:
    centre.edge.under_way = centre.edge.settings.batches_at_once

    assert centre.post(packed(batch(1, T0))).status_code == 503


def test_a_code_becomes_a_token_once(centre: Centre) -> None:
    with centre.engine.begin() as connection:
        code = new_code(connection, centre.pepper, "2133999002", OTHER, centre.now)

    first = centre.client.post("/v1/enrol", json={"code": f" {code.lower()} "})
    second = centre.client.post("/v1/enrol", json={"code": code})

    assert first.json()["campus"] == OTHER
    assert second.status_code == 403
    answer = centre.post(packed(batch(1, T0, agent=OTHER, campus=OTHER)), token=first.json()["token"])
    assert answer.status_code == 200


def test_an_old_or_wrong_code_is_refused(centre: Centre) -> None:
    with centre.engine.begin() as connection:
        code = new_code(connection, centre.pepper, "2133999002", OTHER, centre.now)
    centre.now += CODE_LIFE_S + 1

    assert centre.client.post("/v1/enrol", json={"code": code}).status_code == 403
    assert centre.client.post("/v1/enrol", json={"code": "AAAA-BBBB-CCCC"}).status_code == 403
    assert centre.client.post("/v1/enrol", json={"no": 1}).status_code == 422
    assert centre.client.post("/v1/enrol", content=b"nonsense").status_code == 422


def test_guessing_codes_is_slowed_down(centre: Centre) -> None:
    limit = centre.edge.code_tries.per_source

    answers = [centre.client.post("/v1/enrol", json={"code": f"X{n}"}) for n in range(limit + 3)]

    assert [answer.status_code for answer in answers] == [403] * limit + [429] * 3
    assert int(answers[-1].headers["Retry-After"]) > 0


def test_secrets_are_not_in_the_database(centre: Centre) -> None:
    with centre.engine.begin() as connection:
        code = new_code(connection, centre.pepper, "2133999002", OTHER, centre.now)
    stored = b"".join(path.read_bytes() for path in centre.edge.settings.state_dir.glob("collector.db*"))

    assert centre.token.encode() not in stored
    assert centre.token.rpartition("_")[2].encode() not in stored
    assert code.encode() not in stored
    assert CAMPUS.encode() in stored


def test_pages_are_what_the_judging_left(centre: Centre) -> None:
    assert centre.client.get("/-/ready").status_code == 503
    assert centre.client.get("/probe?target=330522").status_code == 503
    centre.published = Published(
        pages={"/report/report.html": Page("text/html; charset=utf-8", "万兆".encode)},
        scrapes={("330522", "demo"): Scrape(b"wanzhao_x 1\n", gzip.compress(b"wanzhao_x 1\n"), 1.0)},
        judged_at=time.time(),
    )

    assert centre.client.get("/-/ready").status_code == 200
    assert centre.client.get("/-/healthy").text == "ok\n"
    assert centre.client.get("/probe?target=330522").text == "wanzhao_x 1\n"
    assert centre.client.get("/probe?target=330522&profile=demo").text == "wanzhao_x 1\n"
    assert centre.client.get("/probe?target=999999").status_code == 404
    page = centre.client.get("/report/report.html")
    assert page.text == "万兆"
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert centre.client.get("/report/../etc").status_code == 404
    assert "/probe?target=330522&amp;profile=demo" in centre.client.get("/").text
    (target,) = centre.client.get("/sd").json()
    assert target["targets"] == ["127.0.0.1:8480"]
    assert target["labels"]["__param_target"] == "330522"


def test_the_process_counts_what_it_did(centre: Centre) -> None:
    centre.post(packed(batch(1, T0)))
    centre.post(packed(batch(1, T0)))
    centre.post(b"nonsense")

    page = centre.client.get("/metrics").text

    assert 'wanzhao_collector_batches_total{result="stored"} 1.0' in page
    assert 'wanzhao_collector_batches_total{result="duplicate"} 1.0' in page
    assert 'wanzhao_collector_batches_total{result="refused"} 1.0' in page
