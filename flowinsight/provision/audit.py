"""Every call a setup makes, in a file on this machine: JSON lines, written before a change is sent and after it answered."""

import json
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Audit:
    """The file. No credential ever reaches it: it holds parameters of calls, and those carry none."""

    path: Path
    clock: Callable[[], datetime] = _now

    def write(self, entry: Mapping[str, object], *, durable: bool = True) -> None:
        """Append one line; a durable one is on the disk before this returns."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        line = json.dumps({"time": self.clock().isoformat(), **entry}, default=str, ensure_ascii=False)
        with self.path.open("a", encoding="utf-8") as file:
            file.write(line + "\n")
            if durable:
                file.flush()
                os.fsync(file.fileno())

    def entries(self, *operations: str) -> Iterator[Mapping[str, Any]]:
        """Every whole line, or those of some operations; one that was cut off by a crash is left out."""
        if not self.path.exists():
            return
        with self.path.open(encoding="utf-8") as file:
            for line in file:
                named = not operations or any(f'"{operation}"' in line for operation in operations)
                if named and line.endswith("}\n"):
                    yield json.loads(line)

    def sent_bucket(self, account: str, bucket: str) -> bool:
        """Whether this machine asked AWS to create the bucket, and AWS did not say that it was there before.

        A call that was sent and never answered counts: the bucket may be there, without its tag.
        """
        state = False
        for entry in self.entries("create_bucket"):
            if entry.get("operation") != "create_bucket" or entry.get("account") != account:
                continue
            if entry.get("parameters", {}).get("Bucket") == bucket:
                state = entry.get("outcome") in {"sent", "done"} or (state and entry.get("outcome") == "unknown")
        return state
