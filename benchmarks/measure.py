"""Measuring one piece of work in a process of its own: seconds, processor seconds, and the most memory it held.

Memory is what Linux says of the process itself (VmHWM, proc(5)). What `getrusage` and `time -v` say begins at the size of the
process that started it.
"""

import json
import subprocess
import sys
from dataclasses import dataclass

_PROGRAM = """
import importlib, json, re, sys, time
from pathlib import Path
module, name, *arguments = sys.argv[1:]
work = getattr(importlib.import_module(module), name)
began, before = time.perf_counter(), time.process_time()
result = work(*[Path(item[5:]) if item.startswith("path:") else item for item in arguments])
seconds, processor = time.perf_counter() - began, time.process_time() - before
peak = int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) // 1024
print("\\n" + json.dumps({"seconds": seconds, "processor": processor, "megabytes": peak, "result": result}))
"""


@dataclass(frozen=True)
class Measured:
    """The best of some runs. `processor` counts both cores; `megabytes` includes the imported libraries."""

    seconds: float
    processor: float
    megabytes: int
    result: int


def measure(module: str, name: str, *arguments: str, times: int = 2) -> Measured | None:
    """The fastest of so many runs; None where the library is not installed. RuntimeError with what it said when it fails."""
    runs = [_run(module, name, arguments) for _ in range(times)]
    found = [run for run in runs if run is not None]
    return min(found, key=lambda run: run.seconds) if found else None


def _run(module: str, name: str, arguments: tuple[str, ...]) -> Measured | None:
    command = [sys.executable, "-c", _PROGRAM, f"benchmarks.{module}", name, *arguments]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if "ModuleNotFoundError" in done.stderr:
        return None
    if done.returncode:
        raise RuntimeError(done.stderr)
    return Measured(**json.loads(done.stdout.splitlines()[-1]))
