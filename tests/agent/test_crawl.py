"""A registered site as a client with nothing but IPv6 sees it."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from web_site import Answer, Site, hosts_file, need_ipv6, web_site

from agent.probes.config import Page
from agent.probes.crawl import probe_site
from agent.probes.links import PRIVATE, Pace, is_private
from agent.probes.names import Names
from agent.probes.pages import decoded, links_of, same_site, similarity, text_of
from agent.probes.web import Browser, tls_context
from inventory.probes import ProbeResult

pytestmark = need_ipv6()

AT = "2026-09-01T08:00:00Z"
INSIDE = [net for net in PRIVATE if not net.is_loopback]
TEXT = "长兴县第一小学欢迎您，这里是学校的首页，有新闻、通知和课程。"


def links(*paths: str, text: str = TEXT) -> Answer:
    return Answer(f"<p>{text}</p>" + "".join(f'<a href="{path}">x</a>' for path in paths))


class Clock:
    """Time that passes only by being slept."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        await asyncio.sleep(0)


def crawled(
    tmp_path: Path,
    pages: Mapping[str, Answer],
    *,
    only4: Mapping[str, Answer] | None = None,
    only6: Mapping[str, Answer] | None = None,
    limit_s: float = 60.0,
    clock: Clock | None = None,
    private: Any = (),
    **hosts: str,
) -> tuple[ProbeResult, Site]:
    site = Site(pages, only4 or {}, only6 or {})

    async def run() -> ProbeResult:
        async with web_site(site):
            names = Names(hosts=hosts_file(tmp_path, www_school_test="127.0.0.1 ::1", **hosts))
            browser = Browser(names, tls_context(None), limit_s=2.0, max_bytes=200_000)
            return await probe_site(
                Page(name="school", url=f"http://www.school.test:{site.port}/"),
                AT,
                browser,
                None,
                rng=random.Random(1),
                limit_s=limit_s,
                sleep=(clock or Clock()).sleep,
                private=private,
            )

    return asyncio.run(run()), site


def test_a_good_site_answers_to_the_third_level(tmp_path: Path) -> None:
    result, site = crawled(
        tmp_path,
        {
            "/": links("/news", "/about", "http://elsewhere.test/x", "mailto:a@b", "/big.zip"),
            "/news": links("/news/1", "/news/2", "/about"),
            "/about": links("/"),
            "/news/1": links("/deeper"),
            "/news/2": links(),
        },
    )

    assert (result.ok, result.reason, result.value) == (True, None, 1.0)
    assert (result.details["links2_counted"], result.details["links3_counted"]) == (2, 2)
    assert (result.details["similarity"], result.details["complete"]) == (1.0, 1)
    assert not any(path in ("/deeper", "/big.zip") for _family, _host, path in site.asked)
    assert not any("elsewhere" in host for _family, host, _path in site.asked)


def test_links_that_fail_over_ipv6_alone_are_listed(tmp_path: Path) -> None:
    pages = {"/": links("/ok", "/six-fails", "/gone"), "/ok": links(), "/six-fails": links()}

    result, _site = crawled(tmp_path, pages, only6={"/six-fails": Answer(status=502)})

    details = result.details
    assert (result.value, result.reason) == (0.5, "links_failing")
    assert str(details["failing_links"]).endswith("/six-fails")
    assert details["links2_broken"] == 1


def test_links_to_hosts_inside_the_school_count_as_failing_and_are_listed(tmp_path: Path) -> None:
    pages = {"/": links("/ok", "http://oa.school.test/login"), "/ok": links()}

    result, _site = crawled(tmp_path, pages, private=INSIDE, oa_school_test="10.1.2.3 fd00::3")

    assert (result.value, result.details["links2_private"]) == (0.5, 1)
    assert result.details["private_links"] == "http://oa.school.test/login"


def test_a_home_page_that_differs_between_the_families_is_seen(tmp_path: Path) -> None:
    other = Answer("<p>网站正在建设中，请使用旧版浏览器访问本站点的旧地址。</p>")

    result, _site = crawled(tmp_path, {"/": links()}, only6={"/": other})

    assert float(result.details["similarity"]) < 0.2
    assert result.ok


def test_a_site_without_ipv6_fails_and_its_links_too(tmp_path: Path) -> None:
    pages = {"/": links("/a"), "/a": links()}

    result, _site = crawled(tmp_path, pages, only6={path: Answer(status=503) for path in pages})

    assert (result.ok, result.reason, result.value) == (False, "bad_status", 0.0)


def test_what_robots_txt_forbids_is_not_asked_for(tmp_path: Path) -> None:
    pages = {
        "/": links("/open", "/closed/1"),
        "/open": links(),
        "/closed/1": links(),
        "/robots.txt": Answer("User-agent: *\nDisallow: /closed/\nCrawl-delay: 3\n"),
    }
    clock = Clock()

    result, site = crawled(tmp_path, pages, clock=clock)

    assert (result.value, result.details["links2_forbidden"]) == (1.0, 1)
    assert not any(path.startswith("/closed") for _family, _host, path in site.asked)
    assert clock.slept[-1] >= 3


def test_robots_txt_of_a_server_in_trouble_forbids_everything(tmp_path: Path) -> None:
    pages = {"/": links("/a"), "/a": links(), "/robots.txt": Answer(status=503)}

    result, _site = crawled(tmp_path, pages)

    assert (result.ok, result.value, result.details["links2_forbidden"]) == (True, None, 1)


def test_never_more_than_two_requests_a_second_and_two_hundred_links_a_level(tmp_path: Path) -> None:
    pages = {"/": links(*(f"/{n}" for n in range(260)))} | {f"/{n}": links() for n in range(260)}
    clock = Clock()

    result, site = crawled(tmp_path, pages, clock=clock)

    assert (result.details["links2_found"], result.details["links2_counted"]) == (260, 200)
    assert len(clock.slept) == len(site.asked) - 1
    assert min(clock.slept) >= 0.5
    assert len(set(clock.slept)) > 100  # jitter


def test_redirects_are_paced_too(tmp_path: Path) -> None:
    pages = {"/": Answer(status=302, headers={"Location": "/zh"}), "/zh": links()}
    clock = Clock()

    _result, site = crawled(tmp_path, pages, clock=clock)

    assert len(clock.slept) == len(site.asked) - 1


def test_a_redirect_to_another_site_is_an_answer_and_not_followed(tmp_path: Path) -> None:
    away = Answer(status=302, headers={"Location": "http://elsewhere.test/"})

    result, site = crawled(tmp_path, {"/": away})

    assert (result.ok, result.details["ipv6_status"]) == (True, 302)
    assert all(host.startswith("www.school.test") for _family, host, _path in site.asked)


def test_a_crawl_that_runs_out_of_time_says_so_and_keeps_what_it_has(tmp_path: Path) -> None:
    pages = {"/": links("/fast", "/slow"), "/fast": links(), "/slow": Answer(fault="drip")}

    result, _site = crawled(tmp_path, pages, limit_s=1.5)

    assert (result.reason, result.details["complete"]) == ("crawl_unfinished", 0)
    assert result.details["links2_ok"] == 1


def test_an_unreachable_site_ends_at_once(tmp_path: Path) -> None:
    async def run() -> ProbeResult:
        names = Names(hosts=hosts_file(tmp_path, gone_test="127.0.0.1 ::1"))
        return await probe_site(
            Page(name="gone", url="http://gone.test:9/"),
            AT,
            Browser(names, tls_context(None)),
            None,
            rng=random.Random(1),
            limit_s=30,
            sleep=Clock().sleep,
        )

    result = asyncio.run(run())

    assert (result.ok, result.reason, result.value) == (False, "refused", None)
    assert result.details["requests"] == 2


@pytest.mark.parametrize(
    ("addresses", "private"),
    [
        ("10.0.0.1 fd00::1", True),
        ("172.31.255.255 fe80::1", True),
        ("10.0.0.1 2001:db8::1", False),
        ("203.0.113.1 fd00::1", False),
    ],
)
def test_only_hosts_with_no_public_address_at_all_are_private(
    tmp_path: Path, addresses: str, private: bool
) -> None:
    names = Names(hosts=hosts_file(tmp_path, h_test=addresses))

    assert asyncio.run(is_private("h.test", names, PRIVATE)) is private


def test_an_address_in_a_link_is_private_by_itself() -> None:
    names = Names()

    assert asyncio.run(is_private("192.168.1.1", names, PRIVATE))
    assert not asyncio.run(is_private("203.0.113.1", names, PRIVATE))


def test_the_pace_can_be_asked_to_be_slower_never_faster() -> None:
    clock = Clock()
    pace = Pace(random.Random(1), clock.sleep, least_s=5.0)

    async def run() -> None:
        for _ in range(3):
            await pace.wait()

    asyncio.run(run())

    assert all(5.0 <= seconds <= 6.0 for seconds in clock.slept)
    assert len(clock.slept) == 2


def test_the_site_is_its_domain_and_what_is_under_it() -> None:
    belongs = same_site("https://www.school.edu.cn/")

    assert belongs("http://school.edu.cn/a")
    assert belongs("https://news.school.edu.cn:8443/")
    assert not belongs("https://otherschool.edu.cn/")
    assert not belongs("https://edu.cn/")
    assert not belongs("http://[broken")


def test_links_are_taken_as_a_browser_takes_them() -> None:
    page = (
        b'<base href="/zh/"><a href="a.html#top">1</a><a href="a.html">again</a>'
        b'<A HREF="//www.x.test/b">2</a>'
        b'<a href="javascript:void(0)">3</a><a href=" /c ">4</a><area href="http://www.x.test:80/d">'
        b'<a href="http://[bad">5</a><a href="http://user:pw@www.x.test/e">6</a>'
    )

    found = links_of("http://www.x.test/", page, "text/html", same_site("http://www.x.test/"))

    assert found == [
        "http://www.x.test/zh/a.html",
        "http://www.x.test/b",
        "http://www.x.test/c",
        "http://www.x.test/d",
    ]


def test_scripts_and_styles_are_no_text() -> None:
    page = (
        "<title>t</title><style>p{}</style><p>看得见</p><script>var a='<p>no</p>'</script><br/>的"
    ).encode()

    assert text_of(page, "text/html; charset=utf-8") == "看得见 的"


@pytest.mark.parametrize(
    "seed",
    ["<", "<!--", "<!", "<a ", "<a b='", "</", "<![", "<?", "&#", "&a", "<script>", "<a href=x ", '"<a '],
)
def test_no_page_keeps_the_reader_busy(seed: str) -> None:
    """html.parser of Python 3.11.7 would need hours for some of these."""
    body = (seed * (600_000 // len(seed))).encode() + b'<a href="/end">end</a>'

    assert len(links_of("http://x.test/", body, "text/html", same_site("http://x.test/"))) <= 2000
    assert len(text_of(body, "text/html")) <= 200_000


@pytest.mark.parametrize(
    ("tag", "link"),
    [
        ('<a title="a>b" href="/x">', "/x"),
        ("<A\n  HREF = '/x'\n>", "/x"),
        ("<a href=/x/y>", "/x/y"),
        ('<a href="/x?a=1&amp;b=2">', "/x?a=1&b=2"),
        ('<a href="/x" href="/y">', "/x"),
        ('<!-- <a href="/old"> --><a href="/x">', "/x"),
        ('<script>"<a href=/no>"</script><a href="/x">', "/x"),
        ('1 < 2 <a href="/x">', "/x"),
    ],
)
def test_a_link_is_read_as_it_is_written(tag: str, link: str) -> None:
    found = links_of("http://x.test/", tag.encode(), "text/html", same_site("http://x.test/"))

    assert found == [f"http://x.test{link}"]


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ("你好".encode("gbk"), "text/html; charset=gb2312"),
        ('<meta charset="gbk">你好'.encode("gbk"), "text/html"),
        ("你好".encode("gbk"), ""),
        ("你好".encode(), "text/html; charset=no-such"),
    ],
)
def test_chinese_pages_are_read_in_their_encoding(body: bytes, content_type: str) -> None:
    assert decoded(body, content_type).endswith("你好")


def test_a_visit_counter_does_not_make_two_pages_different() -> None:
    assert (similarity(TEXT * 5 + "访问量 10234", TEXT * 5 + "访问量 10235") or 0) > 0.95
    assert similarity("", "") is None
    assert similarity(TEXT, "") == 0
