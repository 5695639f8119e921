"""Versions of the store's schema, and the steps from each to the next."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from flowinsight.store.errors import StoreError

VERSION = 1

Step = Callable[[dict[str, Any], Path], dict[str, Any]]
"""A step takes a manifest of one version and the store's folder, and gives the manifest of the next version.

It may write new files but must leave the old ones: the next write to the store makes the upgrade last, all at once.
"""

STEPS: Mapping[int, Step] = {}
"""From each older version to the one after it. Version 1 is the first."""


def upgraded(
    stored: dict[str, Any], store: Path, steps: Mapping[int, Step] = STEPS, newest: int = VERSION
) -> dict[str, Any]:
    """The manifest in the newest version; StoreError when it comes from a newer FlowInsight."""
    version = stored.get("version")
    if not isinstance(version, int) or version > newest:
        raise StoreError(
            f"{store} was written by a newer FlowInsight (version {version} of its schema): update this one."
        )
    while version < newest:
        stored = steps[version](stored, store) | {"version": version + 1}
        version += 1
    return stored
