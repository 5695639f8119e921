"""`python -m flowinsight.sandbox`: an AWS account on this machine, until Ctrl-C."""

import argparse
import importlib.util
import os
import signal
import sys
from typing import NoReturn

from flowinsight.errors import FlowInsightError
from flowinsight.sandbox.running import MISSING_MOTO, SECRET_KEY


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser("flowinsight.sandbox", description="An AWS account on this machine.")
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1 (default: any free one)")
    parser.add_argument("--speed", type=float, default=1.0, help="how much faster than real time its clock runs")
    parser.add_argument(
        "--seed", type=int, default=7, help="equal seeds and start times give the same company and traffic"
    )
    parser.add_argument("--at", type=float, default=None, help="Unix seconds its clock starts at (default: now)")
    chosen = parser.parse_args(arguments)
    if importlib.util.find_spec("moto") is None or importlib.util.find_spec("flask_cors") is None:
        sys.stderr.write(f"{MISSING_MOTO}\n")
        return 1
    # Moto reads these when it is imported.
    os.environ.update(MOTO_DISABLE_GLOBAL_CORS="true", MOTO_EC2_LOAD_DEFAULT_AMIS="false")
    os.environ.update(AWS_ACCESS_KEY_ID="sandbox", AWS_SECRET_ACCESS_KEY=SECRET_KEY, AWS_DEFAULT_REGION="eu-central-1")
    from flowinsight.sandbox.assembly import run  # noqa: PLC0415 - moto is imported only after the check above

    signal.signal(signal.SIGTERM, _leave)
    try:
        run(chosen.port, chosen.speed, chosen.seed, chosen.at)
    except (FlowInsightError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except KeyboardInterrupt:
        return 0
    return 0


def _leave(_number: int, _frame: object) -> NoReturn:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
