"""Where FlowInsight keeps things on this machine: the one place that asks the environment for it."""

import hashlib
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


def spending_file(*, sandbox: bool) -> Path:
    """Where what each person spends on queries is written. The sandbox charges nothing, and has a file of its own."""
    return data_home() / ("spending-sandbox.sqlite" if sandbox else "spending.sqlite")


def prices_file() -> Path:
    """Where prices read from AWS's public price list are kept."""
    return data_home() / "prices.json"


def cases_folder(person: str | None) -> Path:
    """Where a person's cases are kept; without a login, those of whoever uses this machine."""
    return data_home() / "cases" / (hashlib.sha256(person.encode()).hexdigest()[:32] if person else "")


def snapshots_folder() -> Path:
    """Where snapshots are saved where nothing else is said."""
    return data_home() / "snapshots"
