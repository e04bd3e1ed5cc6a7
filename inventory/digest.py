"""What a state adds up to: a sum that an agent and a collector can keep each for itself, and compare.

The digest of a device is the sum, modulo 2**128, of one number for each of its facts. It does not depend on
their order, and one changed fact changes it by a subtraction and an addition, so that neither side ever reads
a whole state to know it. It finds loss and damage; it is no signature.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import lru_cache

from inventory.facts import FactValue

_MODULUS = 1 << 128


def value_text(value: FactValue) -> str:
    """A fact's value as the store keeps it: JSON with sorted keys and without spaces lost or added."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


@lru_cache(maxsize=65536)
def fact_number(subject: str, key: str, text: str) -> int:
    """The number of one fact, below 2**128. ``text`` is its ``value_text``."""
    whole = f"{len(subject)}:{subject}{len(key)}:{key}{text}"
    return int.from_bytes(hashlib.blake2b(whole.encode("utf-8", "surrogatepass"), digest_size=16).digest())


def digest_of(facts: Mapping[tuple[str, str], FactValue]) -> str:
    """The digest of a whole state, (subject, key) -> value, as 32 hexadecimal digits."""
    return as_text(sum(fact_number(subject, key, value_text(v)) for (subject, key), v in facts.items()))


def as_text(number: int) -> str:
    """A sum as 32 hexadecimal digits."""
    return f"{number % _MODULUS:032x}"


def changed(digest: str, subject: str, key: str, before: str | None, after: str | None) -> str:
    """The digest after one fact went from ``before`` to ``after`` (texts of values; None: no such fact)."""
    number = int(digest, 16)
    if before is not None:
        number -= fact_number(subject, key, before)
    if after is not None:
        number += fact_number(subject, key, after)
    return as_text(number)
