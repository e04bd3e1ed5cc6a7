"""Figures in quotes: digits, shares, rates, and the words that a person has to confirm."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.plan_figures import carries, carries_rate, carries_ratio, hanzi_number, is_percentage, names

SHARES = [
    # quote, percentage, how it is carried
    ("实现智能图书馆覆盖率60%", 60, "figure"),
    ("覆盖率６０％", 60, "figure"),
    ("覆盖率60.5%", 60.5, "figure"),
    ("覆盖率60.5%", 60, ""),
    ("覆盖率60.5%", 5, ""),
    ("到2025年", 25, ""),
    ("到2025年", 2025, "figure"),
    ("共1,200间", 1200, "figure"),
    ("共1,200间", 200, ""),
    ("覆盖百分之六十的学校", 60, "words"),
    ("覆盖百分之六十点五的学校", 60.5, "words"),
    ("覆盖百分之六十的学校", 100, ""),
    ("覆盖八成学校", 80, "words"),
    ("覆盖八成五的学校", 85, "words"),
    ("覆盖六成半的学校", 65, "words"),
    ("覆盖8成学校", 80, "words"),
    ("覆盖18成学校", 80, ""),
    ("建成学校", 10, ""),
    ("覆盖三分之二的学校", 66.6, "words"),
    ("覆盖三分之二的学校", 66.66, "words"),
    ("覆盖三分之二的学校", 66.7, ""),
    ("覆盖三分之二的学校", 66, ""),
    ("覆盖2分之1的学校", 50, "words"),
    ("覆盖一半以上的学校", 50, "words"),
    ("半数以上学校", 50, "words"),
    ("实现全覆盖", 100, "words"),
    ("所有学校", 100, "words"),
    ("实现全覆盖", 90, ""),
    ("百兆到班", 100, ""),
    ("", 60, ""),
]


@pytest.mark.parametrize(("quote", "value", "how"), SHARES)
def test_a_percentage_is_carried_by_figures_or_by_words(quote: str, value: float, how: str) -> None:
    assert carries([quote], value, is_share=True) == how


@pytest.mark.parametrize(
    ("quote", "value", "how"),
    [
        ("打造8所示范学校", 8, "figure"),
        ("打造八所示范学校", 8, "words"),
        ("打造十二所示范学校", 12, "words"),
        ("打造一百零五个", 105, "words"),
        ("两个平台", 2, "words"),
        ("实现全覆盖", 100, ""),
        ("覆盖八成学校", 80, ""),
        ("覆盖八成学校", 8, ""),
        ("百分之六十", 60, ""),
        ("三分之二", 3, ""),
        ("万兆到校", 10_000, ""),
        ("打造8所示范学校", 80, ""),
    ],
)
def test_a_count_is_no_percentage(quote: str, value: float, how: str) -> None:
    assert carries([quote], value) == how


@pytest.mark.parametrize(
    ("quote", "mbps", "how"),
    [
        ("万兆到校", 10_000, "figure"),
        ("由原有的1G提升到10G", 10_000, "figure"),
        ("由原有的1G提升到10G", 1000, "figure"),
        ("由原有的1G提升到10G", 100, ""),
        ("不低于１０Gbps", 10_000, "figure"),
        ("不低于2.5G", 2500, "figure"),
        ("不低于500M", 500, "figure"),
        ("千兆到校、百兆到班", 100, "figure"),
        ("千兆到校", 10_000, ""),
        ("10000 Mbit/s", 10_000, "figure"),
        ("10 Games", 10_000, ""),
    ],
)
def test_a_rate_is_carried_by_its_word_or_unit(quote: str, mbps: float, how: str) -> None:
    assert carries_rate([quote], mbps) == how


def test_a_ratio_is_its_percentage() -> None:
    assert carries_ratio(["达到95%"], 0.95) == "figure"
    assert carries_ratio(["达到0.95"], 0.95) == "figure"
    assert carries_ratio(["达到九成五"], 0.95) == "words"
    assert carries_ratio(["达到29%"], 0.29) == "figure"
    assert carries_ratio(["达到90%"], 0.95) == ""


@pytest.mark.parametrize(
    ("quote", "name", "stands"),
    [
        (["制定“智慧校园”建设区域实施方案"], "智慧校园建设区域实施方案", True),
        (["滨湖教育GIS系", "统(地理信息)"], "滨湖教育GIS系统", True),
        (["引领行业云、数字校园"], "教育行业云", False),
    ],
)
def test_a_name_stands_in_a_quote_whatever_marks_are_around_it(
    quote: list[str], name: str, stands: bool
) -> None:
    assert names(quote, name) is stands


def test_no_figure_runs_from_one_part_of_a_quote_into_the_next() -> None:
    assert carries(["覆盖率6", "0%"], 60) == ""


@pytest.mark.parametrize(
    ("quote", "value", "is_share"),
    [
        ("60%", 60, True),
        ("60 ％", 60, True),
        ("60个百分点", 60, True),
        ("60个", 60, False),
        ("百分之60", 60, True),
    ],
)
def test_a_percentage_is_told_from_a_number(quote: str, value: float, is_share: bool) -> None:
    assert is_percentage([quote], value) is is_share


def written(number: int) -> str:
    """A number up to 99999 as it is written out, by the rule that children learn."""
    if number >= 10_000:
        rest = number % 10_000
        zero = "零" if 0 < rest < 1000 else ""
        return written(number // 10_000) + "万" + zero + (written(rest) if rest else "")
    text, gap = "", False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // unit % 10
        if digit:
            text += ("零" if gap and text else "") + "零一二三四五六七八九"[digit] + name
            gap = False
        else:
            gap = True
    return text


@given(st.integers(1, 99_999))
def test_a_number_that_is_written_out_reads_back(number: int) -> None:
    assert hanzi_number(written(number)) == number


@given(st.integers(10, 19))
def test_ten_to_nineteen_need_no_one_before_them(number: int) -> None:
    assert hanzi_number(written(number).removeprefix("一")) == number


@given(st.integers(0, 9999))
def test_digits_one_by_one_read_back(number: int) -> None:
    assert hanzi_number("".join("〇一二三四五六七八九"[int(digit)] for digit in f"{number:04d}")) == number


@given(st.text())
def test_any_text_is_searched_without_an_error(quote: str) -> None:
    assert carries([quote], 60, is_share=True) in ("", "figure", "words")
    assert carries_rate([quote], 1000) in ("", "figure", "words")
