"""The head of a request: what is let through is read by another parser in the same way."""

from __future__ import annotations

import h11
import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.web.head import FIELDS_LIMIT, HEADER_LIMIT, BadHead, Body, body_of, check_part

LINES = st.lists(
    st.sampled_from(
        [
            b"Host: x",
            b"Content-Length: 3",
            b"content-length:3",
            b"CONTENT-LENGTH:\t12 ",
            b"Content-Length: 3, 3",
            b"Content-Length: +3",
            b"Content-Length : 3",
            b"Transfer-Encoding: chunked",
            b"Transfer-Encoding: Chunked ",
            b"Transfer-Encoding: gzip, chunked",
            b"Transfer-Encoding: identity",
            b" Content-Length: 7",
            b"X: Content-Length: 7",
            b"X: a\rContent-Length: 7",
            b"X: a\nContent-Length: 7",
            b"X: \0",
            b"X:",
        ]
    ),
    max_size=5,
)


def head(*lines: bytes) -> bytes:
    return b"\r\n".join([b"POST /v1/batches HTTP/1.1", *lines, b"", b""])


@given(LINES)
def test_what_is_let_through_is_read_alike_by_another_parser(lines: list[bytes]) -> None:
    whole = head(b"Authorization: Bearer x", *lines)
    try:
        body = body_of(whole)
    except BadHead:
        return
    other = h11.Connection(h11.SERVER)
    other.receive_data(whole)
    try:
        request = other.next_event()
    except h11.RemoteProtocolError:
        return  # refused by the parser behind, too: no body is read
    assert isinstance(request, h11.Request)
    fields = dict(request.headers.raw_items())
    named = {name.lower(): value for name, value in fields.items()}

    assert body.chunked is (named.get(b"transfer-encoding", b"").lower() == b"chunked")
    assert body.length == int(named.get(b"content-length", b"0"))


@given(LINES, st.data())
def test_no_part_of_a_good_head_is_refused(lines: list[bytes], data: st.DataObject) -> None:
    whole = head(*lines)
    try:
        body_of(whole)
    except BadHead:
        return

    check_part(whole[: data.draw(st.integers(0, len(whole)))])


def test_lengths_and_chunks_are_told() -> None:
    assert body_of(head(b"Host: x")) == Body()
    assert body_of(head(b"Host: x", b"Content-Length: 12")) == Body(12)
    assert body_of(head(b"Transfer-Encoding: chunked")) == Body(chunked=True)


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        ([b"Content-Length: 3", b"Content-Length: 3"], 400),
        ([b"Content-Length: 3", b"Transfer-Encoding: chunked"], 400),
        ([b"Transfer-Encoding: gzip"], 501),
        ([b"Host: a", b"host: b"], 400),
        ([b"X: a\n"], 400),
        ([b"X: a", b"\tb"], 400),
        ([b"X%d: y" % n for n in range(FIELDS_LIMIT + 1)], 431),
        ([b"X: " + b"y" * HEADER_LIMIT], 431),
    ],
)
def test_a_doubtful_head_is_refused_with_its_status(lines: list[bytes], status: int) -> None:
    with pytest.raises(BadHead) as refused:
        body_of(head(*lines))

    assert refused.value.status == status


def test_an_endless_head_is_refused_before_its_end() -> None:
    with pytest.raises(BadHead) as refused:
        check_part(b"POST / HTTP/1.1\r\nX: " + b"y" * HEADER_LIMIT)

    assert refused.value.status == 431
