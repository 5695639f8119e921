"""Put one sandbox together and run it."""

import logging
import sys
import threading

from flowinsight.sandbox import hooks
from flowinsight.sandbox.calls import CallLog
from flowinsight.sandbox.clock import Clock
from flowinsight.sandbox.company import CompanyInAccount, company_of
from flowinsight.sandbox.control import Control
from flowinsight.sandbox.delivery import Delivery
from flowinsight.sandbox.founding import build, open_accounts
from flowinsight.sandbox.running import HOST
from flowinsight.sandbox.server import Application, serve
from flowinsight.sandbox.world import World

_TICK_SECONDS = 1.0
_LOG = logging.getLogger(__name__)


def run(port: int, speed: float, seed: int, at: float | None, *, leashed: bool = False) -> None:
    """Serve until interrupted; the address is the last word of the first line printed.

    A `leashed` sandbox also ends with its standard input, so that it does not outlive the program that started it.
    """
    world = World(Clock(speed), seed)
    if at is not None:
        world.clock.set(at)
    hooks.install(world)
    company = company_of(seed, world.clock.now())
    estate = CompanyInAccount(company, open_accounts(company.network))
    delivery, calls = Delivery(world, estate), CallLog()
    control = Control(world, calls, delivery, lambda: estate.described(world.clock.now()))
    server = serve(Application(world, control, calls), port)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://{HOST}:{server.server_port}"
    build(company.network, url, world.clock.utc().replace(hour=0, minute=0, second=0, microsecond=0))
    _deliver(delivery)
    calls.clear()
    sys.stdout.write(f"The sandbox answers at {url}\n")
    sys.stdout.flush()
    released = _when_input_ends() if leashed else threading.Event()
    try:
        while not released.wait(_TICK_SECONDS):
            _deliver(delivery)
    finally:
        server.shutdown()
        server.server_close()


def _when_input_ends() -> threading.Event:
    """Return an event that is set once whoever started this process, and holds its input, is gone."""
    ended = threading.Event()

    def read() -> None:
        sys.stdin.read()
        ended.set()

    threading.Thread(target=read, daemon=True).start()
    return ended


def _deliver(delivery: Delivery) -> None:
    """Deliver what is due; one flow log that cannot be served must not end the account."""
    try:
        delivery.tick()
    except Exception:  # noqa: BLE001 - said on the terminal, and tried again at the next tick
        _LOG.exception("a delivery failed")
