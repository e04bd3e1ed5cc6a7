"""What differs between two profiles: targets that come and go, and every key whose value changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import TypeAlias

from inventory.plan_tables import KEYS
from inventory.profile import Profile, Target

Values: TypeAlias = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Difference:
    """One key of one place: what it was and what it is; None where there was, or is, none."""

    where: str
    key: str
    old: object
    new: object

    @property
    def decides(self) -> bool:
        """Whether it can turn a verdict, or says who answers for it; else it is a word around it."""
        head = self.where.partition(" ")[0].partition(".")[0]
        return head in ("target", "scope", "defaults", "score") and self.key not in EXPLAINS


@dataclass(frozen=True, slots=True)
class PlanDiff:
    """Target ids, in the order of their profiles, and the keys that differ."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[Difference, ...]

    @property
    def empty(self) -> bool:
        return not (self.added or self.removed or self.changed)


EXPLAINS = frozenset({"note", "quote", "plan_ids", "class", "params.also"})
"""Keys of targets and scopes that explain and decide nothing."""


def plan_diff(old: Profile, new: Profile) -> PlanDiff:
    """From one profile to another, usually of the same id and the next version."""
    before = {target.id: target for target in old.targets}
    after = {target.id: target for target in new.targets}
    return PlanDiff(
        added=tuple(id_ for id_ in after if id_ not in before),
        removed=tuple(id_ for id_ in before if id_ not in after),
        changed=tuple(_differences(old, new, before, after)),
    )


def _differences(
    old: Profile, new: Profile, before: Mapping[str, Target], after: Mapping[str, Target]
) -> Iterator[Difference]:
    tables = (
        ("profile", old.head, new.head),
        ("source", old.source, new.source),
        ("period", old.period, new.period),
        ("omitted", old.omitted, new.omitted),
        ("score", old.score, new.score),
    )
    for name, was, becomes in tables:
        yield from _keys(name, values_of(was), values_of(becomes))
    # What the other defaults say is in the targets; this one is not.
    was_open, is_open = old.defaults.unknown_after, new.defaults.unknown_after
    yield from _keys("defaults", {"unknown_after": was_open}, {"unknown_after": is_open})
    for name in dict.fromkeys((*old.scopes, *new.scopes)):
        was_scope, is_scope = old.scopes.get(name), new.scopes.get(name)
        yield from _keys(f"scope.{name}", values_of(was_scope), values_of(is_scope))
    for name, target in after.items():
        if name in before:
            yield from _keys(f"target {name}", _of_target(before[name]), _of_target(target))


def _of_target(target: Target) -> dict[str, object]:
    """With the origin of every parameter: one that is not given is the product's default."""
    origins = {
        f"param_origin.{name}": target.reading.origin(name) for name in target.params if name != "also"
    }
    return values_of(target) | origins


def _keys(where: str, old: Values, new: Values) -> Iterator[Difference]:
    for key in dict.fromkeys((*old, *new)):
        if old.get(key) != new.get(key):
            yield Difference(where, key, old.get(key), new.get(key))


def values_of(record: object) -> dict[str, object]:
    """A record as plain values by the keys of the file; parameters one by one, as ``params.name``."""
    values: dict[str, object] = {}
    if record is None or not is_dataclass(record):
        return values
    for field in fields(record):
        value = getattr(record, field.name)
        key = KEYS.get(field.name, field.name)
        if isinstance(value, Mapping):
            values.update({f"{key}.{name}": _plain(inner) for name, inner in value.items()})
        else:
            values[key] = _plain(value)
    return values


def _plain(value: object) -> object:
    if is_dataclass(value):
        return values_of(value)
    return [_plain(inner) for inner in value] if isinstance(value, tuple) else value
