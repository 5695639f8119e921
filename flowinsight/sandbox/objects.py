"""Where a flow log's files lie in S3, and what is in them.

Source: VPC guide, flow-logs-s3-path.
"""

import gzip
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from flowinsight.sandbox.deliverable import BucketPath, Place
from flowinsight.sandbox.lines import Writer
from flowinsight.scenario.record import Record

SLOT = 300  # seconds: files are published every five minutes


@dataclass(frozen=True)
class Layout:
    """One flow log's files: destination and options."""

    place: Place
    flow_log_id: str
    path: BucketPath
    hourly: bool
    parquet: bool

    def key(self, slot: int, salt: str) -> str:
        """Return the key of a file for the slot that begins at `slot` (Unix seconds); `salt` tells files apart."""
        at = datetime.fromtimestamp(slot, UTC)
        account, region = self.place.account, self.place.region
        if self.path.hive:
            day = f"aws-service=vpcflowlogs/aws-region={region}/year={at:%Y}/month={at:%m}/day={at:%d}"
            hour = f"/hour={at:%H}" if self.hourly else ""
        else:
            day, hour = f"vpcflowlogs/{region}/{at:%Y/%m/%d}", f"/{at:%H}" if self.hourly else ""
        mark = hashlib.sha256(f"{self.flow_log_id}/{slot}/{salt}".encode()).hexdigest()[:8]
        name = f"{account}_vpcflowlogs_{region}_{self.flow_log_id}_{at:%Y%m%dT%H%MZ}_{mark}"
        ending = "log.parquet" if self.parquet else "log.gz"
        return f"{self.path.folder(account)}/{day}{hour}/{name}.{ending}"

    def content(self, writer: Writer, records: Sequence[Record]) -> bytes:
        return writer.parquet(records) if self.parquet else gzip.compress(writer.text(records), 6, mtime=0)


def layout(place: Place, flow_log_id: str, path: BucketPath, options: dict[str, Any] | None) -> Layout:
    chosen = options or {}
    return Layout(place, flow_log_id, path, bool(chosen.get("PerHourPartition")), chosen.get("FileFormat") == "parquet")
