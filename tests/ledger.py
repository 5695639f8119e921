"""Differences between an engine and tests/reference that are tolerated, each with its reason.

`TOLERATED` maps the name of an engine to pairs of what may differ and why. The embedded engine has none: it must equal the
reference to the last byte.
"""

TOLERATED: dict[str, tuple[tuple[str, str], ...]] = {"duck": ()}
