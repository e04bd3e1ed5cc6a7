"""The county's sign-on in a real browser: what cookies do when another site sends somebody back."""

from __future__ import annotations

import asyncio
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from console_browser import console
from issuer import CLIENT, SECRET, Issuer
from people import PEPPERS, add, make_hashing_cheap

from collector.config import CollectorSettings, ConsoleSettings, OidcSettings
from collector.people.oidc import subject_of
from collector.publish import Published
from collector.store.engine import open_store
from collector.telemetry import Telemetry
from collector.web.intake import Edge

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or ""

pytestmark = [
    pytest.mark.chromium,
    pytest.mark.skipif(not CHROMIUM, reason="Chromium is not installed (package chromium)"),
]


@pytest.fixture
def address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A console on localhost, which is another site than the issuer on 127.0.0.1."""
    make_hashing_cheap(monkeypatch)
    listener = socket.create_server(("127.0.0.1", 0))
    base = f"http://localhost:{listener.getsockname()[1]}"
    issuer = Issuer(time.time(), f"{base}/console/oidc/callback")
    oidc = OidcSettings(
        issuer=issuer.url, client_id=CLIENT, client_secret=f"plain:{SECRET}", callback=issuer.callback
    )
    settings = CollectorSettings(state_dir=tmp_path, console=ConsoleSettings(oidc=oidc))
    engine = open_store(settings.database_url)
    subject = subject_of(issuer.url, issuer.subject)
    add(engine, "li", "inspector", password_hash="", password_at=None, oidc_subject=subject)
    edge = Edge(settings, engine, PEPPERS, Telemetry(), Published)
    server = uvicorn.Server(uvicorn.Config(console(edge), log_config=None, lifespan="off", ws="none"))
    thread = threading.Thread(target=lambda: asyncio.run(server.serve([listener])))
    thread.start()
    yield base
    server.should_exit = True
    thread.join(30)
    edge.close()
    engine.dispose()
    issuer.close()


def test_who_comes_back_from_the_issuer_is_signed_in_at_once(address: str) -> None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        try:
            page = browser.new_page()
            page.goto(f"{address}/console/oidc/start?next=/console")
            page.click("text=It is me")
            page.wait_for_url(f"{address}/console")
            assert '"id":"li"' in page.inner_text("body")
            (cookie,) = page.context.cookies(f"{address}/console")
            assert (cookie["name"], cookie["sameSite"], cookie["httpOnly"]) == (
                "wanzhao_session",
                "Strict",
                True,
            )
        finally:
            browser.close()
