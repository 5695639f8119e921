"""Start and stop a sandbox from another program; this side needs no moto.

with start() as sandbox:
boto3.client("ec2", endpoint_url=sandbox.url, aws_access_key_id="any", aws_secret_access_key="any", ...)
"""

import importlib.util
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from flowinsight.errors import FlowInsightError

HOST = "127.0.0.1"
REGION = "eu-central-1"
ACCOUNT = "111122223333"
SECRET_KEY = "sandbox"
MISSING_MOTO = "The sandbox needs packages that are not installed. Run: pip install -r requirements-sandbox.txt"
_KEPT_VARIABLES = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "TEMP", "TMP", "SYSTEMROOT", "VIRTUAL_ENV", "PYTHONPATH")
_ROOT = Path(__file__).resolve().parents[2]


class SandboxError(FlowInsightError):
    """The sandbox could not be started, or refused what was asked of its control endpoint."""


def key_of(account: str) -> str:
    """Return the access key of an account's administrator; any other key acts in ACCOUNT unless isolation is on."""
    return f"AKIASB{account}00"


@dataclass
class Running:
    """A sandbox in a process of its own; leaving the `with` block, or `stop()`, ends it."""

    url: str
    process: subprocess.Popen[str]
    _log: IO[str]

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()
        self._log.close()

    def control(self, path: str = "", given: dict[str, Any] | None = None, method: str | None = None) -> Any:  # noqa: ANN401
        """Ask the control endpoint (see `control.py`); SandboxError carries its sentence."""
        body = None if given is None else json.dumps(given).encode()
        request = Request(f"{self.url}/_sandbox/{path}".rstrip("/"), body, method=method)  # noqa: S310 - our own URL
        try:
            with urlopen(request, timeout=300) as answer:  # noqa: S310
                return json.load(answer)
        except HTTPError as error:
            with error:
                raise SandboxError(json.load(error)["error"]) from error

    def credentials(self, account: str = ACCOUNT) -> dict[str, str]:
        """Return keyword arguments for boto3.client or Session.client that reach this sandbox and nothing else."""
        keys = {"aws_access_key_id": key_of(account), "aws_secret_access_key": SECRET_KEY}
        return {"endpoint_url": self.url, "region_name": REGION, **keys}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()


def start(port: int = 0, speed: float = 1.0, seed: int = 7, at: float | None = None, patience: float = 60.0) -> Running:
    """Start a sandbox and wait, at most `patience` seconds, until it answers.

    `port` 0 takes a free one; `speed` is how much faster than real time its clock runs, 0 stands still; `at` is where
    the clock starts (Unix seconds, default now). Equal seeds and starts give equal traffic. Its process gets no
    credentials and no AWS setting from this one's environment.
    """
    if importlib.util.find_spec("moto") is None:
        raise SandboxError(MISSING_MOTO)
    log = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115 - lives as long as the process
    words = f"-m flowinsight.sandbox --leashed --port {port} --speed {speed} --seed {seed}".split()
    words += [] if at is None else ["--at", str(at)]
    process = subprocess.Popen(  # noqa: S603 - our own module
        [sys.executable, *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=log,
        text=True,
        env=_environment(),
        cwd=_ROOT,
    )
    running = Running(_said_address(process, patience), process, log)
    try:
        _wait_until_healthy(running, patience)
    except SandboxError:
        running.stop()
        raise
    return running


def _said_address(process: subprocess.Popen[str], patience: float) -> str:
    """Return the last word of the first line it prints; a process that says nothing for too long is ended."""
    assert process.stdout is not None
    impatience = threading.Timer(patience, process.kill)
    impatience.start()
    line = process.stdout.readline()
    impatience.cancel()
    return line.strip().rpartition(" ")[2]


def _environment() -> dict[str, str]:
    """The parent's environment without anything that could lead to a real account."""
    kept = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    dead = {
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }
    return {**kept, **dead}


def _wait_until_healthy(running: Running, patience: float) -> None:
    deadline = time.monotonic() + patience
    while running.url.startswith("http://") and time.monotonic() < deadline:
        try:
            running.control()
        except (URLError, ConnectionError):
            time.sleep(0.05)
        else:
            return
    running._log.seek(0)  # noqa: SLF001 - the module's own class
    said = running._log.read().strip().splitlines()  # noqa: SLF001
    raise SandboxError(f"The sandbox did not start: {said[-1] if said else 'it said nothing and ended.'}")
