"""The tables. Every one starts with school_id and has it in its key, so that schools can live on
different machines one day; what belongs to the county as a whole has school_id = ''.

Times are seconds since 1970 UTC: whole seconds (slots) for what polls saw, fractions for receipts.
"""

from __future__ import annotations

from sqlalchemy import (
    DDL,
    BigInteger,
    Column,
    Double,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    event,
)

from collector.store.schema_api import api_table
from collector.store.schema_papers import paper_tables
from collector.store.schema_people import people_tables

SCHEMA_VERSION = 8

metadata = MetaData()

ID = String(64)

meta = Table(
    "meta",
    metadata,
    Column("school_id", String(16), primary_key=True),
    Column("name", String(64), primary_key=True),
    Column("value", Text, nullable=False),
)

# The register as it was imported, one document a school and one for the county; history is kept. Where a
# school was taken out stands an empty document that held for no moment: it says when, by whom and from where.
register = Table(
    "register",
    metadata,
    Column("school_id", String(16), primary_key=True),
    Column("valid_from", Double, primary_key=True),
    Column("valid_to", Double),
    Column("sha256", String(64), nullable=False),
    Column("author", String(128), nullable=False),
    Column("source", String(256), nullable=False),
    Column("doc", LargeBinary, nullable=False),
)

# A plan that has judged is never changed: same id and version, same bytes.
profile = Table(
    "profile",
    metadata,
    Column("school_id", String(16), primary_key=True),
    Column("profile_id", ID, primary_key=True),
    Column("version", ID, primary_key=True),
    Column("sha256", String(64), nullable=False),
    Column("first_used", Double, nullable=False),
    Column("text", Text, nullable=False),
)

enrol_code = Table(
    "enrol_code",
    metadata,
    Column("school_id", String(16), primary_key=True),
    Column("code_hmac", String(64), primary_key=True),
    Column("campus_id", ID, nullable=False),
    Column("expires_at", Double, nullable=False),
    Column("used_at", Double),
)

agent = Table(
    "agent",
    metadata,
    Column("school_id", String(16), primary_key=True),
    Column("agent_id", ID, primary_key=True),
    Column("token_prefix", String(16), primary_key=True),
    Column("campus_id", ID, nullable=False),
    Column("token_hmac", String(64), nullable=False),
    Column("created_at", Double, nullable=False),
    Column("revoked_at", Double),
    Index("agent_by_prefix", "token_prefix"),
)

# What each agent last said; one row an agent. ``changes`` counts the batches that told more than "as before":
# whoever judges remembers it, and judges a school anew when it has moved.
agent_seen = Table(
    "agent_seen",
    metadata,
    Column("school_id", String(16), primary_key=True),
    Column("agent_id", ID, primary_key=True),
    Column("campus_id", ID, nullable=False),
    Column("last_report", Double, nullable=False),
    Column("newest_slot", BigInteger, nullable=False),
    Column("interval_s", Integer, nullable=False),
    Column("agent_version", String(32), nullable=False),
    Column("changes", BigInteger, nullable=False, default=0),
)

# The proof of exactly-once: written in the same transaction as the data of the batch. ``offset_s`` is the
# collector's clock minus the agent's; ``shift_s`` is what the slots of the batch were moved by.
ledger = Table(
    "ledger",
    metadata,
    Column("school_id", String(16), primary_key=True),
    Column("agent_id", ID, primary_key=True),
    Column("epoch", String(32), primary_key=True),
    Column("lane", String(8), primary_key=True),
    Column("seq", BigInteger, primary_key=True),
    Column("sha256", String(64), nullable=False),
    Column("received_at", Double, nullable=False),
    Column("made_at", Double, nullable=False),
    Column("offset_s", Double),
    Column("shift_s", Integer, nullable=False, default=0),
)

# Every number up to ``seq`` has been settled (stored, or reported as lost), and its ledger row may be gone.
watermark = Table(
    "watermark",
    metadata,
    Column("school_id", String(16), primary_key=True),
    Column("agent_id", ID, primary_key=True),
    Column("epoch", String(32), primary_key=True),
    Column("lane", String(8), primary_key=True),
    Column("seq", BigInteger, nullable=False),
    Column("updated_at", Double, nullable=False),
)

# What an agent says it has lost, in its own numbering.
gap = Table(
    "gap",
    metadata,
    Column("school_id", String(16), primary_key=True),
    Column("agent_id", ID, primary_key=True),
    Column("number", BigInteger, primary_key=True),
    Column("epoch", String(32), primary_key=True),
    Column("lane", String(8), nullable=False),
    Column("first_seq", BigInteger, nullable=False),
    Column("last_seq", BigInteger, nullable=False),
    Column("first_at", Double, nullable=False),
    Column("last_at", Double, nullable=False),
    Column("what", String(16), nullable=False),
    Column("why", String(16), nullable=False),
    Column("received_at", Double, nullable=False),
)

# Times of which an agent's clock was wrong: slots first_slot to last_slot (as stored) were moved by shift_s.
clock_doubt = Table(
    "clock_doubt",
    metadata,
    Column("school_id", String(16), primary_key=True),
    Column("agent_id", ID, primary_key=True),
    Column("first_slot", BigInteger, primary_key=True),
    Column("last_slot", BigInteger, nullable=False),
    Column("shift_s", Integer, nullable=False),
    Column("offset_s", Double, nullable=False),
)

# A fact holds from valid_from until before valid_to (slots); NULL: it still holds. What the store believed at
# a time K: rows with known_from <= K and (known_to is NULL or > K), and an end counts only if ended_at <= K.
# A row is taken back (known_to) only where a late batch changes the past; the usual end is written in place.
fact = Table(
    "fact",
    metadata,
    Column("school_id", String(16), primary_key=True),
    Column("device_id", ID, primary_key=True),
    Column("subject", String(128), primary_key=True),
    Column("key", String(32), primary_key=True),
    Column("valid_from", BigInteger, primary_key=True),
    Column("known_from", Double, primary_key=True),
    Column("valid_to", BigInteger),
    Column("ended_at", Double),
    Column("known_to", Double),
    Column("value", Text, nullable=False),
)

# What the current facts of a device add up to (inventory.digest).
device_state = Table(
    "device_state",
    metadata,
    Column("school_id", String(16), primary_key=True),
    Column("device_id", ID, primary_key=True),
    Column("digest", String(32), nullable=False),
    Column("slot", BigInteger, nullable=False),
)

# PostgreSQL cuts these tables by day (partitions.py). What has no part of its own lies in the part "rest".
_BY_DAY = "RANGE (day)"

# The samples of one batch as they came (samples.py), until they are compacted.
landing = Table(
    "landing",
    metadata,
    Column("school_id", String(16), primary_key=True),
    Column("day", Integer, primary_key=True),
    Column("agent_id", ID, primary_key=True),
    Column("epoch", String(32), primary_key=True),
    Column("lane", String(8), primary_key=True),
    Column("seq", BigInteger, primary_key=True),
    Column("slot", BigInteger, nullable=False),
    Column("n", Integer, nullable=False),
    Column("codec", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
    postgresql_partition_by=_BY_DAY,
)

# The samples of one device and UTC day (days since 1970).
chunk = Table(
    "chunk",
    metadata,
    Column("school_id", String(16), primary_key=True),
    Column("day", Integer, primary_key=True),
    Column("device_id", ID, primary_key=True),
    Column("n", Integer, nullable=False),
    Column("codec", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
    postgresql_partition_by=_BY_DAY,
)

# Hourly minimum, maximum, mean and last of each series of a device and UTC day.
rollup = Table(
    "rollup",
    metadata,
    Column("school_id", String(16), primary_key=True),
    Column("day", Integer, primary_key=True),
    Column("device_id", ID, primary_key=True),
    Column("codec", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
    postgresql_partition_by=_BY_DAY,
)

# Poll outcomes of a device and day, two bits a slot (see polls.py).
poll_day = Table(
    "poll_day",
    metadata,
    Column("school_id", String(16), primary_key=True),
    Column("device_id", ID, primary_key=True),
    Column("day", Integer, primary_key=True),
    Column("interval_s", Integer, primary_key=True),
    Column("states", LargeBinary, nullable=False),
)

# Polls that came later than a window first counts them (known.py): of each slot what it was before, two bits:
# 0 untouched, 1 gap, 2 down. ``known_hour`` is the end of the hour in which they came. Nothing is written for
# polls that come in time.
poll_late = Table(
    "poll_late",
    metadata,
    Column("school_id", String(16), primary_key=True),
    Column("device_id", ID, primary_key=True),
    Column("day", Integer, primary_key=True),
    Column("interval_s", Integer, primary_key=True),
    Column("known_hour", BigInteger, primary_key=True),
    Column("before", LargeBinary, nullable=False),
)

# What a person accepted as measured; a row holds until another one replaces it or it is cleared.
baseline = Table(
    "baseline",
    metadata,
    Column("school_id", String(16), primary_key=True),
    Column("item", String(200), primary_key=True),
    Column("accepted_at", Double, primary_key=True),
    Column("ended_at", Double),
    Column("accepted_by", String(128), nullable=False),
    Column("note", Text, nullable=False),
    Column("doc", LargeBinary, nullable=False),
)

# An alarm stands from the time a baseline was fallen below until it is reached again or a person closes it.
regression = Table(
    "regression",
    metadata,
    Column("school_id", String(16), primary_key=True),
    Column("item", String(200), primary_key=True),
    Column("opened_at", Double, primary_key=True),
    Column("closed_at", Double),
    Column("closed_by", String(128), nullable=False),
    Column("doc", LargeBinary, nullable=False),
)

# What is to be mended or proved, from the day it showed until a person struck it off (inventory.items). The
# document holds its events; ``status`` is what they come to.
work_item = Table(
    "work_item",
    metadata,
    Column("school_id", String(16), primary_key=True),
    Column("profile_id", ID, primary_key=True),
    Column("kind", String(8), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("status", String(16), nullable=False),
    Column("doc", LargeBinary, nullable=False),
)

# A report that was handed out: the hashes of its files, what it was made of, its data (report.json, zstd).
report_run = Table(
    "report_run",
    metadata,
    Column("school_id", String(16), primary_key=True),
    Column("sha256", String(64), primary_key=True),
    Column("made_at", Double, nullable=False),
    Column("made_by", String(128), nullable=False),
    Column("profile_id", ID, nullable=False),
    Column("as_of", Double, nullable=False),
    Column("doc", LargeBinary, nullable=False),
    Column("body", LargeBinary, nullable=False),
)

# A verdict holds from the time it was first given until another one replaced it.
verdict = Table(
    "verdict",
    metadata,
    Column("school_id", String(16), primary_key=True),
    Column("profile_id", ID, primary_key=True),
    Column("target_id", ID, primary_key=True),
    Column("known_from", Double, primary_key=True),
    Column("known_to", Double),
    Column("profile_sha256", String(64), nullable=False),
    Column("as_of", Double, nullable=False),
    Column("state", String(8), nullable=False),
    Column("reason", String(48), nullable=False),
    Column("doc", LargeBinary, nullable=False),
    Index("verdict_now", "school_id", "known_to"),
)

person, person_session, audit = people_tables(metadata)
document_file, document_event = paper_tables(metadata)
api_token = api_table(metadata)

for _table in (landing, chunk, rollup):
    _rest = DDL(f"CREATE TABLE {_table.name}_rest PARTITION OF {_table.name} DEFAULT")  # type: ignore[no-untyped-call]
    event.listen(_table, "after_create", _rest.execute_if(dialect="postgresql"))
