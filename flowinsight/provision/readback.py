"""Read the newest records of a flow log back and answer from them: the last proof that a setup is of use."""

import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from flowinsight.errors import AwsError
from flowinsight.fetchers import files
from flowinsight.investigation import investigate
from flowinsight.loaded import Loaded
from flowinsight.provision.account import Account
from flowinsight.provision.arrivals import keys_since, newest_lines
from flowinsight.provision.deployed import FlowLog
from flowinsight.provision.health import Health
from flowinsight.provision.presets import fields_of
from flowinsight.question import Question
from flowinsight.sources import Files

HOUR = 3600
MOST_OBJECTS = 24
"""Objects that are read at most: an hour has at least 12 in S3."""


@dataclass(frozen=True)
class ReadBack:
    """What the newest hour answers: records read, interfaces that wrote them, and the clients that sent most."""

    records: int
    interfaces: int
    clients: tuple[str, ...]

    @property
    def sentence(self) -> str:
        top = f" Most was sent by {', '.join(self.clients)}." if self.clients else ""
        records = f"{self.records:,} record{'' if self.records == 1 else 's'}"
        interfaces = f"{self.interfaces:,} interface{'' if self.interfaces == 1 else 's'}"
        return f"The newest hour was read back: {records} of {interfaces}.{top}"


def read_back(flow_log: FlowLog, account: Account, now: float) -> ReadBack | None:
    """Read at most 10,000 events, or 24 objects, of the newest hour; None where nothing has arrived."""
    read = loaded(flow_log, account, now - HOUR, now)
    if read is None:
        return None
    found = investigate(Question(), read)
    clients = tuple(str(row["client"]) for row in found.clients[:3] if row["client"] is not None)
    return ReadBack(read.tally.records, found.coverage.interfaces, clients)


def answers(healths: Iterable[Health], account: Account, now: float) -> dict[str, str]:
    """By destination, what the newest hour of every flow log that has delivered answers, or why it cannot be read."""
    delivered = {one.flow_log.settings.destination: one.flow_log for one in healths if one.arrived is not None}
    return {place: _answer(flow_log, account, now) for place, flow_log in delivered.items()}


def _answer(flow_log: FlowLog, account: Account, now: float) -> str:
    try:
        found = read_back(flow_log, account, now)
    except AwsError as error:
        return f"The newest hour cannot be read back. {error}"
    return "The newest hour holds no record yet." if found is None else found.sentence


def loaded(flow_log: FlowLog, account: Account, since: float, now: float) -> Loaded | None:
    """The newest records delivered since a time: at most 10,000 events, or 24 objects; None where nothing was."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        saved = _lines if flow_log.settings.destination_type == "cloud-watch-logs" else _objects
        paths = tuple(saved(flow_log, account, since, now, folder))
        return files.load(Files(paths)) if paths else None


def _lines(flow_log: FlowLog, account: Account, since: float, _now: float, folder: Path) -> Iterator[Path]:
    """The newest lines of a log group in one file, under a header that names their fields."""
    lines = newest_lines(flow_log.settings, account, since)
    if lines:
        path = folder / "newest.log"
        path.write_text("\n".join([" ".join(fields_of(flow_log.settings.log_format)), *lines]) + "\n", encoding="utf-8")
        yield path


def _objects(flow_log: FlowLog, account: Account, since: float, now: float, folder: Path) -> Iterator[Path]:
    bucket = flow_log.settings.destination.partition("/")[0]
    for key in keys_since(flow_log, account, since, now)[:MOST_OBJECTS]:
        answer = account.call("s3", "get_object", f"read the object {key}", Bucket=bucket, Key=key)
        path = folder / key.rpartition("/")[2]
        path.write_bytes(answer["Body"].read())
        yield path
