"""The table of the tokens with which programs use the API."""

from __future__ import annotations

from sqlalchemy import Column, Double, MetaData, String, Table

ID = String(64)


def api_table(metadata: MetaData) -> Table:
    """api_token, made in a collection of tables."""
    # A token acts for a person; ``scopes`` is a list with commas. ``token_id`` is the part of it that may be
    # shown, ``token_hmac`` the keyed hash of all of it, never the token.
    return Table(
        "api_token",
        metadata,
        Column("school_id", String(16), primary_key=True),
        Column("token_id", ID, primary_key=True),
        Column("token_hmac", String(128), nullable=False),
        Column("person_id", ID, nullable=False),
        Column("name", String(128), nullable=False),
        Column("scopes", String(256), nullable=False),
        Column("made_at", Double, nullable=False),
        Column("expires_at", Double, nullable=False),
        Column("revoked_at", Double),
        Column("used_at", Double),
    )
