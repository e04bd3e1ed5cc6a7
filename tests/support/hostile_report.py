"""The hand-made county with names that attack whoever shows them, each in many places of the report."""

from __future__ import annotations

from dataclasses import replace

import views
from msgspec.structs import replace as revised

from inventory.verdict import CountyView

ATTACKS: dict[str, str] = {
    "formula": "=cmd|' /C calc'!A0",
    "sum": "@SUM(1+1)*cmd",
    "plus": "+1-1",
    "link": "https://attack.example/?a=1#b",
    "controls": "a\x00b\x07c\x0bd\x1be",
    "surrogate": "a\ud800b\udfffc",
    "escape": "_x0041_ &#65; &amp; %41",
    "typst": '#panic("x") #read("/etc/passwd") $x$ *_`~@ref <label> \\ // /* #[',
    "html": "</w:t><script>alert(1)</script><!--]]>",
    "template": "{{ 7*7 }}{% raw %}",
    "direction": "a\u202eb\u200fc\u2066d",
    "page": '&P&[Picture]&"Arial"&K00FF00',
    "lines": "one\r\ntwo\nthree\tfour",
    "marked up": "<r><t>x</t></r>",
    "broken mark-up": "<r><t>&</r>",
    "long": "长" * 40_000,
}


def attacked(attack: str) -> CountyView:
    """The county with the attack as its name, plan, words, school, township and what a device says."""
    view = views.view()
    slow = view.schools[1]
    verdict = slow.verdicts[0]
    campus = verdict.campuses[0]
    leg = campus.legs[0]
    read = revised(leg.evidence[0], device=attack, value=attack)
    hit = revised(campus, legs=(revised(leg, evidence=(read,)),))
    school = revised(
        slow,
        school=replace(slow.school, name=attack, township=attack),
        verdicts=(revised(verdict, campuses=(hit,)), *slow.verdicts[1:]),
    )
    return replace(
        view,
        county=attack,
        source_document=attack,
        profile=replace(view.profile, title=attack, version=attack),
        texts=(replace(view.texts[0], quote=(attack,), note=attack, scope_note=attack), *view.texts[1:]),
        schools=(view.schools[0], school, *view.schools[2:]),
    )
