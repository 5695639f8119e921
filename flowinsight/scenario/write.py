"""Writing a run to disk in the layout AWS delivers to S3, with its truth and inventory beside it.

Layout and names after AWS's page `flow-logs-s3-path`: the stamp in a name covers records by their `end`.
"""

import gzip
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import sha256
from io import BufferedWriter
from pathlib import Path
from typing import Literal, assert_never

from flowinsight.scenario.company import Company
from flowinsight.scenario.config import DAY, Config, ScenarioError
from flowinsight.scenario.inventory import inventory
from flowinsight.scenario.network import FlowLog
from flowinsight.scenario.observe import Window
from flowinsight.scenario.record import FULL, header, writer
from flowinsight.scenario.report import document
from flowinsight.scenario.truth import Tally

Span = Literal["slot", "hour", "day"]
Document = dict[str, object]


def write(config: Config, folder: Path, tokens: Sequence[str] = FULL, span: Span = "slot") -> Document:
    """Write `AWSLogs/…/*.log.gz`, `truth.json` and `inventory.json`; return the truth.

    One file per flow log and five-minute slot as AWS writes them, or per hour or day for fewer files. Raises
    ScenarioError if the folder already holds logs: two runs in one folder would have no truth.
    """
    if (folder / "AWSLogs").exists():
        raise ScenarioError(f"{folder} already holds flow logs; choose an empty folder.")
    company, tally = Company(config), Tally(config.start)
    deliveries = {log: Delivery(log, folder, tuple(tokens), span, config) for log in company.network.flow_logs}
    for window in company.windows(config.start, config.end):
        tally.add(window)
        flow_log = window.interface.subnet.flow_log
        assert flow_log is not None, "only logged interfaces are watched"
        deliveries[flow_log].add(window)
    for delivery in deliveries.values():
        delivery.close()
    truth = document(company, tally, tokens, sum(delivery.files for delivery in deliveries.values()))
    (folder / "truth.json").write_text(pretty(truth))
    (folder / "inventory.json").write_text(pretty(dict(inventory(company.network))))
    return truth


class Delivery:
    """The files of one flow log, one open at a time."""

    def __init__(self, flow_log: FlowLog, folder: Path, tokens: tuple[str, ...], span: Span, config: Config) -> None:
        self.files = 0
        self._flow_log, self._folder, self._tokens, self._config = flow_log, folder, tokens, config
        self._seconds = _seconds(span)
        self._slot: int | None = None
        self._file: tuple[gzip.GzipFile, BufferedWriter] | None = None
        self._line = writer(tokens)

    def add(self, window: Window) -> None:
        """Append one window's records to the file its end belongs to; windows come in the order of their end."""
        slot = window.end // self._seconds * self._seconds
        if slot != self._slot or self._file is None:
            self.close()
            self._slot, self._file = slot, self._open(slot)
            self._put([header(self._tokens)])
        self._put(list(map(self._line, window.records())))

    def close(self) -> None:
        """Finish the file that is open, if any."""
        for file in self._file or ():
            file.close()
        self._file = None

    def _put(self, lines: list[str]) -> None:
        assert self._file is not None, "a file is opened before anything is put into it"
        self._file[0].write(("\n".join(lines) + "\n").encode())

    def _open(self, slot: int) -> tuple[gzip.GzipFile, BufferedWriter]:
        path = self._folder / key(self._flow_log, slot, self._config.seed)
        path.parent.mkdir(parents=True, exist_ok=True)
        self.files += 1
        plain = path.open("wb")
        level = 6 if self._config.scale <= 1 else 1  # bulk is for speed
        return gzip.GzipFile(filename="", mode="wb", compresslevel=level, fileobj=plain, mtime=0), plain


def key(flow_log: FlowLog, slot: int, seed: int) -> str:
    """The object key of one delivered file, relative to the bucket; `slot` is Unix seconds."""
    stamp, vpc = datetime.fromtimestamp(slot, UTC), flow_log.vpc
    name = f"{vpc.account}_vpcflowlogs_{vpc.region}_{flow_log.id}_{stamp:%Y%m%dT%H%MZ}"
    unique = sha256(f"{seed} {name}".encode()).hexdigest()[:8]
    return f"AWSLogs/{vpc.account}/vpcflowlogs/{vpc.region}/{stamp:%Y/%m/%d}/{name}_{unique}.log.gz"


def pretty(value: Document) -> str:
    """JSON with one line for each row of each list, so that a person and `diff` can read it."""
    return "{\n" + ",\n".join(f"{json.dumps(name)}: {_rows(part)}" for name, part in value.items()) + "\n}\n"


def _rows(part: object) -> str:
    if isinstance(part, list) and part and isinstance(part[0], dict):
        return "[\n" + ",\n".join(json.dumps(row, separators=(",", ":")) for row in part) + "\n]"
    return json.dumps(part)


def _seconds(span: Span) -> int:
    match span:
        case "slot":
            return 300
        case "hour":
            return 3_600
        case "day":
            return DAY
    assert_never(span)
