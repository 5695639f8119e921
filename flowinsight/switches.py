"""What whoever runs FlowInsight can switch off for everybody who uses it."""

import os

PROVISIONING = "FLOWINSIGHT_PROVISIONING"
"""The environment variable that keeps FlowInsight from changing anything in AWS when it says off, no, false or 0."""


def provisioning_allowed() -> bool:
    """Whether plans may be applied here. Reading, planning, verifying and exporting are always allowed."""
    return os.environ.get(PROVISIONING, "").strip().lower() not in {"off", "no", "false", "0"}
