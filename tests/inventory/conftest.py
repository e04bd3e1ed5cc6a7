"""Properties are tried without a stop-watch: a busy machine is no fault of the code."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("no stop-watch", deadline=None)
settings.load_profile("no stop-watch")
