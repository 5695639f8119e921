"""`python -m flowinsight.sandbox`: an AWS account on this machine, until Ctrl-C."""

import argparse
import importlib.util
import os
import signal
import socket
import sys
from argparse import ArgumentTypeError
from typing import NoReturn

from flowinsight.errors import FlowInsightError
from flowinsight.sandbox.clock import checked_speed, checked_time
from flowinsight.sandbox.moto_pin import check_version
from flowinsight.sandbox.running import HOST, MISSING_MOTO, REGION, SECRET_KEY, SandboxError


def main(arguments: list[str] | None = None) -> int:
    chosen = _parser().parse_args(arguments)
    try:
        _prepare()
        _check_port(chosen.port)
        from flowinsight.sandbox.assembly import run  # noqa: PLC0415 - imports moto, which reads its settings then

        run(chosen.port, chosen.speed, chosen.seed, chosen.at, leashed=chosen.leashed)
    except (FlowInsightError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except KeyboardInterrupt:
        return 0
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("flowinsight.sandbox", description="An AWS account on this machine.")
    parser.add_argument("--port", type=_port, default=0, help="port on 127.0.0.1 (default: any free one)")
    parser.add_argument("--speed", type=_speed, default=1.0, help="how much faster than real time its clock runs")
    parser.add_argument("--seed", type=int, default=7, help="equal seeds and start times give equal traffic")
    parser.add_argument("--at", type=_time, default=None, help="Unix seconds its clock starts at (default: now)")
    parser.add_argument("--leashed", action="store_true", help="end when standard input does")
    return parser


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port <= 65_535:
        raise ArgumentTypeError("A port is a number from 0, which takes a free one, to 65535.")
    return port


def _speed(text: str) -> float:
    try:
        return checked_speed(float(text))
    except ValueError as error:
        raise ArgumentTypeError(str(error)) from error


def _time(text: str) -> float:
    try:
        return checked_time(float(text))
    except ValueError as error:
        raise ArgumentTypeError(str(error)) from error


def _prepare() -> None:
    """Refuse to start without the right moto, and give it an environment that leads nowhere."""
    if importlib.util.find_spec("moto") is None or importlib.util.find_spec("flask_cors") is None:
        raise SandboxError(MISSING_MOTO)
    check_version()
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    os.environ.update(MOTO_DISABLE_GLOBAL_CORS="true", MOTO_EC2_LOAD_DEFAULT_AMIS="false")
    os.environ.update(AWS_ACCESS_KEY_ID="sandbox", AWS_SECRET_ACCESS_KEY=SECRET_KEY, AWS_DEFAULT_REGION=REGION)
    os.environ.update(
        AWS_EC2_METADATA_DISABLED="true", AWS_CONFIG_FILE=os.devnull, AWS_SHARED_CREDENTIALS_FILE=os.devnull
    )
    signal.signal(signal.SIGTERM, _leave)


def _check_port(port: int) -> None:
    """Raise OSError where the port is taken: before moto is imported, which takes seconds."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((HOST, port))


def _leave(_number: int, _frame: object) -> NoReturn:
    """Nothing is kept, so nothing has to be put away first."""
    os._exit(0)


if __name__ == "__main__":
    sys.exit(main())
