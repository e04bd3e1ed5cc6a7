"""When Python looks for reference cycles: a service that makes many small objects and hardly a cycle should
not look a hundred times a second."""

from __future__ import annotations

import gc


def collect_garbage_less_often(new_objects: int) -> None:
    """Look only when there are so many objects more than at the last look. What the start made stays."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(new_objects, 20, 20)
