"""Where FlowInsight keeps things on this machine: the one place that asks the environment for it."""

import os
from pathlib import Path


def data_home() -> Path:
    """A folder for what must be kept: XDG_DATA_HOME, else ~/.local/share, and there flowinsight."""
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local/share") / "flowinsight"


def default_store() -> Path:
    return data_home() / "store"


def audit_file(*, sandbox: bool) -> Path:
    """Where every call that sets flow logs up is written. What a sandbox was told is never taken for what AWS was told."""
    return data_home() / ("audit-sandbox.jsonl" if sandbox else "audit.jsonl")
