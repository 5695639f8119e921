"""When records were lost: the SKIPDATA windows of every day."""

from flowinsight.scenario.config import DAY
from flowinsight.scenario.network import WINDOW, Interface

LOST = (  # interface, from and to in minutes of the day
    ("web-1", 11 * 60 + 20, 11 * 60 + 26),
    ("db-1", 15 * 60 + 2, 15 * 60 + 3),
    ("nat", 16 * 60 + 40, 16 * 60 + 42),
)


def lost(interface: Interface, window: int) -> bool:
    """Whether this window's records were lost; a single SKIPDATA row then stands for all of them."""
    opened = interface.opens(window) % DAY // WINDOW
    return any(name == interface.name and start <= opened < end for name, start, end in LOST)
