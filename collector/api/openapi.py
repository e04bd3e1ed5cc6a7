"""The OpenAPI document (3.1) of the API, made of the table of its endpoints and the types of its answers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from collector.api.endpoint import BASE, Endpoint
from collector.people.api_tokens import SCOPE_WORDS
from inventory.version import VERSION

PROBLEM = "application/problem+json"
REF = "#/components/schemas/{name}"
_PLACE = re.compile(r"\{(\w+)(?::path)?\}")
_PROBLEM_SCHEMA: dict[str, Any] = {
    "type": "object",
    "description": "RFC 9457",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
    },
    "required": ["type", "title", "status"],
}
_DONE: dict[str, Any] = {
    "type": "object",
    "properties": {"done": {"const": True}, "see": {"type": "string"}},
    "required": ["done"],
}
_ERRORS = {
    "400": "what was sent is wrong; detail says what and what to do",
    "401": "the token is missing, wrong, over or revoked",
    "403": "the token's scopes or its person's role do not allow this",
    "404": "there is no such thing, or it is not for the token's person",
    "409": "it has changed meanwhile",
    "422": "what was sent has faults",
    "429": "too many wrong tokens, or too much at once",
}


def document(rows: Iterable[Endpoint]) -> dict[str, Any]:
    """The whole document as plain data."""
    rows = list(rows)
    types = [kind for row in rows for kind in row.gives.values()]
    schemas, components = msgspec.json.schema_components(types, schema_hook=_hook, ref_template=REF)
    told = iter(schemas)
    paths: dict[str, dict[str, Any]] = {}
    for row in rows:
        own = {name: next(told) for name in row.gives}
        paths.setdefault(_path(row), {})[row.method.lower()] = _operation(row, own)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "wanzhao 万兆",
            "version": VERSION,
            "description": "What the console shows and does, for programs. Times are seconds since 1970 UTC, "
            "shares are basis points where a name ends in _bp.",
        },
        "servers": [{"url": BASE}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": {**components, "Problem_": _PROBLEM_SCHEMA},
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "wanzhao token make. Scopes: "
                    + "; ".join(f"{scope}: {words}" for scope, words in SCOPE_WORDS.items()),
                }
            },
        },
    }


def answer_schema(row: Endpoint, schemas: Mapping[str, Any]) -> dict[str, Any]:
    """The schema of an endpoint's answer."""
    if not row.gives:
        return _DONE
    answer = {"type": "object", "properties": dict(schemas), "required": list(schemas)}
    # What was handed in well has a place; what was not is told as problems.
    return answer if row.method == "GET" or not row.upload else {"anyOf": [answer, _DONE]}


def _operation(row: Endpoint, schemas: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {
        "summary": row.words,
        "operationId": f"{row.method.lower()}{re.sub('[^A-Za-z]+', '_', row.path).rstrip('_')}",
        "description": f"Scope: {row.scope}.",
        "parameters": [*_in_path(row), *_in_query(row)],
        "responses": {"200": _good(row, schemas), **{code: _bad(words) for code, words in _ERRORS.items()}},
    }
    if row.method == "POST":
        found["requestBody"] = {"required": True, "content": _sent(row)}
    return found


def _good(row: Endpoint, schemas: Mapping[str, Any]) -> dict[str, Any]:
    media = row.body or "application/json"
    schema = {} if row.body else answer_schema(row, schemas)
    return {"description": row.words, "content": {media: {"schema": schema}}}


def _bad(words: str) -> dict[str, Any]:
    return {
        "description": words,
        "content": {PROBLEM: {"schema": {"$ref": REF.format(name="Problem_")}}},
    }


def _sent(row: Endpoint) -> dict[str, Any]:
    media = "multipart/form-data" if row.upload else "application/json"
    named = {name: words for name, words in row.fields.items() if not name.endswith(".*")}
    schema: dict[str, Any] = {
        "type": "object",
        "properties": {name: {"type": "string", "description": words} for name, words in named.items()},
        "additionalProperties": {"type": "string"},
    }
    if row.upload:
        schema["properties"]["file"] = {"type": "string", "format": "binary"}
        schema["required"] = ["file"]
    return {media: {"schema": schema}}


def _in_path(row: Endpoint) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in _PLACE.findall(row.path)
    ]


def _in_query(row: Endpoint) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "query", "description": words, "schema": {"type": "string"}}
        for name, words in row.query.items()
    ]


def _path(row: Endpoint) -> str:
    return _PLACE.sub(r"{\1}", row.path)


def _hook(_kind: type) -> dict[str, Any]:
    """A type that JSON has no schema for goes out as text."""
    return {"type": "string"}
