"""The tables of what people hand in to prove something: the files as they came, and what became of each."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Double, LargeBinary, MetaData, String, Table, Text

ID = String(64)


def paper_tables(metadata: MetaData) -> tuple[Table, Table]:
    """(document_file, document_event), made in a collection of tables."""
    # A file as it came, by the hash of its bytes, in parts of 64 KiB, so that whoever reads rows by the
    # thousand (a backup) needs little memory. It is never changed and never deleted. What it is called and
    # what it proves is the register's to say (its documents).
    document_file = Table(
        "document_file",
        metadata,
        Column("school_id", String(16), primary_key=True),
        Column("sha256", String(64), primary_key=True),
        Column("part", BigInteger, primary_key=True),
        Column("kind", String(8), nullable=False),
        Column("size", BigInteger, nullable=False),
        Column("made_at", Double, nullable=False),
        Column("body", LargeBinary, nullable=False),
    )
    # What happened to a document: uploaded, accepted, rejected; by whom, and what he said of it.
    document_event = Table(
        "document_event",
        metadata,
        Column("school_id", String(16), primary_key=True),
        Column("document_id", ID, primary_key=True),
        Column("number", BigInteger, primary_key=True),
        Column("at", Double, nullable=False),
        Column("what", String(16), nullable=False),
        Column("who", String(128), nullable=False),
        Column("note", Text, nullable=False),
    )
    return document_file, document_event
