"""What every part of the sandbox shares: its time, its events, its settings and one lock around moto."""

import threading
from dataclasses import dataclass, field

from flowinsight.sandbox.clock import Clock
from flowinsight.sandbox.events import EventStore
from flowinsight.sandbox.fault_rules import Faults
from flowinsight.sandbox.settings import Settings


@dataclass
class World:
    """Moto's dictionaries are not safe under concurrent change, so `lock` is held by every request and delivery."""

    clock: Clock
    seed: int = 7
    settings: Settings = field(default_factory=Settings)
    events: EventStore = field(default_factory=EventStore)
    faults: Faults = field(default_factory=Faults)
    lock: threading.RLock = field(default_factory=threading.RLock)
