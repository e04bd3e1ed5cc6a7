"""An ASGI application as a plain, synchronous client for tests."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx


class Client:
    """``get`` and ``post`` like httpx, in process; an exception in the application becomes a 500."""

    def __init__(self, app: Any) -> None:
        self._app = app

    def get(self, url: str, **options: Any) -> httpx.Response:
        return self._ask("GET", url, **options)

    def post(self, url: str, **options: Any) -> httpx.Response:
        return self._ask("POST", url, **options)

    def _ask(self, method: str, url: str, **options: Any) -> httpx.Response:
        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(self._app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url="http://collector") as client:
                return await client.request(method, url, **options)

        return asyncio.run(ask())
