"""A county of sixty schools as it truly is: networks hour by hour, and papers.

Nothing here knows how the product stores or judges. ``sixty_store`` tells the product what its agents and
clerks would have told it, ``sixty_truth`` says what an honest verdict is.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import timedelta

from sixty_network import campus
from sixty_papers import county_things, guards, lights, platforms, things
from sixty_types import TODAY, CountyTruth, Lease, Paper, SchoolTruth

KINDS = [
    ("kindergarten", ("preschool",), "111"),
    ("primary", ("primary",), "213"),
    ("teaching_point", ("primary",), "213"),
    ("junior", ("junior",), "313"),
    ("nine_year", ("primary", "junior"), "313"),
    ("senior", ("senior",), "343"),
    ("vocational", ("vocational",), "363"),
]
TOLD = ("students", "staff", "classes", "township", "contact")
RARE = {
    49: ("special", ("special",), "513"),
    50: ("complete_secondary", ("junior", "senior"), "343"),
    52: ("twelve_year", ("primary", "junior", "senior"), "343"),
    56: ("special", ("special",), "513"),
}


def county(platform_names: Sequence[str] = (), seed: int = 2026) -> CountyTruth:
    """Sixty schools; the same seed gives the same county."""
    chance = random.Random(seed)
    schools = [_school(chance, n) for n in range(60)]
    return CountyTruth(schools, county_things(), platforms(platform_names))


def _school(chance: random.Random, n: int) -> SchoolTruth:
    kind, stages, prefix = RARE.get(n, KINDS[n % len(KINDS)])
    name = f"{prefix[:2]}33{n:06d}"
    school = SchoolTruth(
        id=name,
        kind=kind,
        stages=stages,
        place=chance.choice(["urban", "town", "rural"]),
        ownership=chance.choice(["public", "public", "private"]),
        boarding=chance.random() < 0.2,
        campuses=[campus(chance, f"{name}-{c + 1:02d}") for c in range(chance.choice([1, 1, 1, 2]))],
    )
    if n % 5 == 0:
        # Enough schools have what they need in writing that the port decides.
        for place in school.campuses:
            since, until = TODAY - timedelta(days=300), TODAY + timedelta(days=400)
            place.leases = [Lease("leased_bandwidth", 10_000, 10_000, since, until, Paper())]
    school.things = list(things(chance, school, n))
    school.lights = list(lights(chance, school))
    guards(chance, school)
    _fill_in(random.Random(n), school)
    return school


def _fill_in(chance: random.Random, school: SchoolTruth) -> None:
    """How much of the register the clerks have filled in."""
    school.told = {what: chance.random() < 0.9 for what in TOLD}
    for place in school.campuses:
        place.has_buildings, place.tells_models = chance.random() < 0.8, chance.random() < 0.9
        place.tells_years = chance.random() < 0.7
