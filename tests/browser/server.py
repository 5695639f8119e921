"""The product as a person starts it, for tests to open in a browser."""

import contextlib
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Served:
    """Where the pages answer, and the process that serves them."""

    url: str
    pid: int


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


@contextlib.contextmanager
def serving(
    log: Path, *arguments: str, port: int | None = None, environment: Mapping[str, str] | None = None, wait: float = 60
) -> Iterator[Served]:
    """Start the pages, wait until they answer, and stop them at the end.

    What they keep lies beside their log.
    """
    port = port or free_port()
    url = f"http://127.0.0.1:{port}"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "flowinsight", "app", "--port", str(port), *arguments],
            cwd=ROOT,
            env={
                **os.environ,
                "XDG_CACHE_HOME": str(log.parent),
                "XDG_DATA_HOME": str(log.parent),
                **(environment or {}),
            },
            stdout=out,
            stderr=subprocess.STDOUT,
        )
        try:
            _wait_until_healthy(url, process, log, time.monotonic() + wait)
            yield Served(url, process.pid)
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait_until_healthy(url: str, process: subprocess.Popen[bytes], log: Path, end: float) -> None:
    while True:
        assert process.poll() is None, log.read_text()
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{url}/_stcore/health", timeout=2) as answer:
            if answer.read() == b"ok":
                return
        assert time.monotonic() < end, log.read_text()
        time.sleep(0.05)
