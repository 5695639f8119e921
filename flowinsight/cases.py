"""Cases: the questions of one investigation with their answers and notes, in a file that is only ever added to.

Each line of the file is something that happened: a question was asked, a note was written. Two windows may add to the same case,
and whatever interrupts a line loses no more than that line.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any
from uuid import uuid4

from flowinsight.errors import CaseError

ENDING = ".case.jsonl"
LONGEST = 10_000
"""Characters of a note or a name at most."""


@dataclass(frozen=True)
class Step:
    """A question as the address bar holds it (`parts`), when it was asked (Unix seconds), and what came of it.

    `scanned` are the bytes that were read from AWS for it, `dollars` what AWS lists for that; `of` says of what it was asked.
    """

    at: int
    parts: Mapping[str, str]
    answer: str
    verdict: str
    conversations: int
    records: int
    seconds: float = 0.0
    scanned: int = 0
    dollars: float = 0.0
    note: str = ""
    id: str = field(default_factory=lambda: uuid4().hex[:12])
    of: str = ""

    @property
    def asked(self) -> str:
        """The question in one line."""
        said = [self.parts.get("q") or "everything", self.parts.get("t", "")]
        return " · ".join(text for text in said if text)

    @property
    def counted(self) -> str:
        several = ("" if self.conversations == 1 else "s", "" if self.records == 1 else "s")
        return f"{self.conversations:,} conversation{several[0]}, {self.records:,} record{several[1]}"

    @property
    def source(self) -> str:
        return self.of or self.parts.get("path") or self.parts.get("source", "")


@dataclass(frozen=True)
class Case:
    """A case as its file tells it. `unread` counts lines that could not be understood, such as one cut off by a crash."""

    path: Path
    name: str = ""
    steps: tuple[Step, ...] = ()
    unread: int = 0

    @property
    def title(self) -> str:
        return self.name or (f"Case about {self.steps[0].asked}" if self.steps else "New case")


def listed(folder: Path) -> list[Path]:
    """The files of cases, the one touched last first; none where there is no folder."""
    found = [path for path in folder.glob(f"*{ENDING}") if path.is_file()]
    return sorted(found, key=lambda path: (-path.stat().st_mtime_ns, path.name))


def begun(folder: Path) -> Path:
    """A place for a new case; its file is made with the first thing that happens."""
    return folder / f"{uuid4().hex}{ENDING}"


def read(path: Path) -> Case:
    """The case in a file, empty where there is no file yet; CaseError when it cannot be read."""
    try:
        status = path.stat()
        return _read(path, status.st_size, status.st_mtime_ns)
    except (FileNotFoundError, NotADirectoryError):
        return Case(path)
    except OSError as error:
        raise CaseError(f"The case {path} cannot be read: {error.strerror}.") from error


@lru_cache(maxsize=8)
def _read(path: Path, size: int, modified: int) -> Case:  # noqa: ARG001 what tells whether the file has changed
    case = Case(path)
    steps: dict[str, Step] = {}
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        case = _followed(case, steps, line)
    return replace(case, steps=tuple(steps.values()))


def _followed(case: Case, steps: dict[str, Step], line: str) -> Case:
    """The case after one more line of its file, and its steps by their id."""
    try:
        told = json.loads(line)
        match told["event"]:
            case "asked":
                step = _step(told["step"])
                steps[step.id] = step
            case "noted":
                if told["step"] in steps:
                    steps[told["step"]] = replace(steps[told["step"]], note=str(told["note"])[:LONGEST])
            case "removed":
                steps.pop(told["step"], None)
            case "named":
                return replace(case, name=str(told["name"])[:LONGEST])
            case _:
                return replace(case, unread=case.unread + 1)
    except (ValueError, TypeError, KeyError):
        return replace(case, unread=case.unread + 1)
    return case


def _step(told: dict[str, Any]) -> Step:
    parts = {str(name): str(text) for name, text in told["parts"].items()}
    texts = {name: str(told[name])[:LONGEST] for name in ("answer", "verdict", "note", "id")}
    texts["of"] = str(told.get("of", ""))[:LONGEST]
    numbers = {name: int(told[name]) for name in ("at", "conversations", "records")}
    spent = {"scanned": int(told.get("scanned", 0)), "dollars": float(told.get("dollars", 0.0))}
    return Step(parts=parts, seconds=float(told["seconds"]), **spent, **texts, **numbers)  # type: ignore[arg-type]


def ask(case: Case, step: Step) -> None:
    """Add a question that was answered."""
    _add(case.path, {"event": "asked", "step": asdict(step)})


def note(case: Case, step: Step, text: str) -> None:
    """Write a note to a question, in place of the one it has."""
    _add(case.path, {"event": "noted", "step": step.id, "note": text[:LONGEST]})


def remove(case: Case, step: Step) -> None:
    """Take a question out of the case. Its line stays in the file."""
    _add(case.path, {"event": "removed", "step": step.id})


def name(case: Case, text: str) -> None:
    _add(case.path, {"event": "named", "name": text[:LONGEST]})


def _add(path: Path, told: Mapping[str, object]) -> None:
    line = f"{json.dumps(told, ensure_ascii=False)}\n".encode("utf-8", "replace")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.write(descriptor, line if _ends_whole(descriptor) else b"\n" + line)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise CaseError(f"The case cannot be kept in {path}: {error.strerror}.") from error


def _ends_whole(descriptor: int) -> bool:
    """Whether the file ends with a whole line: what follows one that was cut off must not be lost with it."""
    size = os.fstat(descriptor).st_size
    return size == 0 or os.pread(descriptor, 1, size - 1) == b"\n"
