"""What whoever runs FlowInsight can switch off, or limit, for everybody who uses it."""

import math
import os

PROVISIONING = "FLOWINSIGHT_PROVISIONING"
"""The environment variable that keeps FlowInsight from changing AWS unless it is not set, or says on, yes, true or 1."""


def provisioning_allowed() -> bool:
    """Whether plans may be applied here. Reading, planning, verifying and exporting are always allowed.

    What cannot be read forbids, rather than allows.
    """
    return os.environ.get(PROVISIONING, "").strip().lower() in {"", "on", "yes", "true", "1"}


SPENDING = "FLOWINSIGHT_SPENDING_LIMIT"
"""The environment variable with what anybody may spend on queries in a day, in US dollars, whatever limit they choose."""


def spending_limit() -> float | None:
    """US dollars a day; None without a limit. What cannot be read as an amount allows nothing, rather than everything."""
    given = os.environ.get(SPENDING, "").strip()
    if not given:
        return None
    try:
        amount = float(given)
    except ValueError:
        return 0.0
    return amount if math.isfinite(amount) and amount >= 0 else 0.0
