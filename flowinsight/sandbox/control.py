"""The control endpoint, /_sandbox: time, settings, faults, the call log and the company, for tests and for the app.

GET    /_sandbox              what runs: time, speed, settings, accounts
POST   /_sandbox/clock        {"set": epoch} | {"advance": seconds} | {"speed": x}; delivers what became due
POST   /_sandbox/settings     {"iam_propagation": 5, ...}
POST   /_sandbox/faults       {"kind": "throttling", "service": "ec2", "action": "DescribeVpcs", "times": 2}
GET    /_sandbox/faults       the rules in force; DELETE clears them
GET    /_sandbox/calls?after=N
GET    /_sandbox/company      what was created, and the names of the inventory
"""

import json
import logging
from collections.abc import Callable
from dataclasses import asdict
from typing import Any, Protocol
from urllib.parse import parse_qs

from flowinsight.sandbox.calls import CallLog
from flowinsight.sandbox.clock import checked_speed, checked_time
from flowinsight.sandbox.envelope import Environ
from flowinsight.sandbox.world import World

_LOG = logging.getLogger(__name__)
MOST_AT_ONCE = 31 * 86_400
_BODY_LIMIT = 1024 * 1024


class Deliverer(Protocol):
    def tick(self) -> int: ...


class Control:
    """Answers (status, JSON body); a wrong request is 400 with {"error": sentence}."""

    def __init__(
        self, world: World, calls: CallLog, deliverer: Deliverer, company: Callable[[], dict[str, Any]]
    ) -> None:
        self._world, self._calls, self._deliverer, self._company = world, calls, deliverer, company

    def answer(self, environ: Environ) -> tuple[int, bytes]:
        method = str(environ["REQUEST_METHOD"])
        part = str(environ["PATH_INFO"]).strip("/").partition("/")[2]
        try:
            body = environ["wsgi.input"].read(min(int(environ.get("CONTENT_LENGTH") or 0), _BODY_LIMIT))
            given = json.loads(body or b"{}")
            answer = self._act(method, part, given, parse_qs(str(environ.get("QUERY_STRING", ""))))
        except (ValueError, TypeError, KeyError) as error:
            return 400, json.dumps({"error": str(error)}).encode()
        except Exception as error:  # noqa: BLE001 - whatever fails is told to who asked, and is on the terminal
            _LOG.exception("the control endpoint failed: %s %s", method, part)
            return 500, json.dumps({"error": f"The sandbox failed: {type(error).__name__}: {error}"}).encode()
        if answer is None:
            return 404, json.dumps({"error": f"There is no {method} /_sandbox/{part}."}).encode()
        return 200, json.dumps(answer, default=str).encode()

    def _act(self, method: str, part: str, given: dict[str, Any], query: dict[str, list[str]]) -> Any:  # noqa: ANN401
        match method, part:
            case "GET", "":
                return self._status()
            case "POST", "clock":
                return self._turn_clock(given)
            case "POST", "settings":
                self._world.settings = self._world.settings.changed(given)
                return asdict(self._world.settings)
            case "POST", "faults":
                return asdict(self._world.faults.add(given))
            case "GET", "faults":
                return [asdict(rule) for rule in self._world.faults.rules]
            case "DELETE", "faults":
                self._world.faults.clear()
                return []
            case "GET", "calls":
                return self._calls.since(int(query.get("after", ["0"])[0]))
            case "GET", "company":
                return self._company()
            case _:
                return None

    def _status(self) -> dict[str, Any]:
        clock = self._world.clock
        times = {"now": clock.now(), "speed": clock.speed}
        return {"sandbox": "flowinsight", **times, "seed": self._world.seed, "settings": asdict(self._world.settings)}

    def _turn_clock(self, given: dict[str, Any]) -> dict[str, Any]:
        clock = self._world.clock
        if set(given) - {"set", "advance", "speed"} or not given:
            raise ValueError('The clock takes {"set": epoch seconds}, {"advance": seconds} or {"speed": factor}.')
        if "speed" in given:
            clock.run_at(checked_speed(float(given["speed"])))
        if "set" in given:
            self._turn_to(float(given["set"]))
        if "advance" in given:
            self._turn_to(clock.now() + float(given["advance"]))
        return self._delivered()

    def _turn_to(self, epoch: float) -> None:
        """What happens in between is delivered in this one call, so that it must not be too much."""
        clock, wanted = self._world.clock, checked_time(epoch)
        if wanted - clock.now() > MOST_AT_ONCE:
            raise ValueError(f"The clock is turned at most {MOST_AT_ONCE // 86_400} days at once.")
        clock.set(wanted)

    def _delivered(self) -> dict[str, Any]:
        clock = self._world.clock
        return {"delivered": self._deliverer.tick(), "now": clock.now(), "speed": clock.speed}
