"""A library under a prefix of a bucket of S3: the company's own permissions say who may list, read, save and delete."""

from dataclasses import dataclass
from typing import Any

from flowinsight import aws
from flowinsight.errors import AwsError
from flowinsight.library.entries import MOST_LISTED, Entry, Listing, Told, checked_name
from flowinsight.snapshots import SUFFIX, SnapshotError, archive
from flowinsight.sources import S3Objects

_PIECE = 1 << 20
_TAKEN = {"PreconditionFailed", "ConditionalRequestConflict", "412", "409"}
"""What S3 answers to a conditional write where there is something already. Source: S3 API reference, PutObject, If-None-Match."""


@dataclass(frozen=True)
class Bucket:
    """The snapshots directly under a prefix; `s3` is a client made by boto3."""

    s3: Any
    place: S3Objects

    @property
    def where(self) -> str:
        return self.place.label

    def listing(self) -> Listing:
        """Newest first by when they were written; needs s3:ListBucket. S3 lists by name, and no further than MOST_LISTED."""
        found: list[Entry] = []
        request = {"Bucket": self.place.bucket, "Prefix": self.place.prefix, "Delimiter": "/"}
        listed, more = 0, True
        with aws.translated(doing=f"list {self.where}"):
            while more and listed < MOST_LISTED:
                page = self.s3.list_objects_v2(**request)
                found += [self._entry(one) for one in page.get("Contents", ()) if _is_one(str(one["Key"]))]
                listed, more = listed + int(page.get("KeyCount", 0)), bool(page.get("IsTruncated"))
                request["ContinuationToken"] = page.get("NextContinuationToken", "")
        return Listing(tuple(sorted(found, key=lambda one: (-one.written, one.name))), whole=not more)

    def _entry(self, one: dict[str, Any]) -> Entry:
        name = str(one["Key"]).removeprefix(self.place.prefix)
        return Entry(name, int(one["Size"]), int(one["LastModified"].timestamp()), str(one["ETag"]))

    def key(self, name: str) -> str:
        """The key of the object under which a snapshot of this name is kept."""
        return f"{self.place.prefix}{checked_name(name)}"

    def place_of(self, entry: Entry) -> str:
        return f"s3://{self.place.bucket}/{self.key(entry.name)}"

    def beginning(self, entry: Entry, most: int) -> bytes:
        """Needs s3:GetObject, as everything that reads."""
        if not entry.size:
            return b""
        with aws.translated(doing=f"read {self.place_of(entry)}"):
            return bytes(self._get(entry, Range=f"bytes=0-{most - 1}")["Body"].read(most))

    def content(self, entry: Entry, told: Told) -> bytes:
        if entry.size > archive.LARGEST:
            raise SnapshotError(f"{self.place_of(entry)} is larger than any snapshot that FlowInsight opens.")
        found = bytearray()
        with aws.translated(doing=f"read {self.place_of(entry)}"):
            body = self._get(entry)["Body"]
            while len(found) <= entry.size and (piece := body.read(_PIECE)):
                found += piece
                told(len(found), entry.size)
        return bytes(found)

    def _get(self, entry: Entry, **how: str) -> Any:  # noqa: ANN401 - what boto3 answers
        """The object as it was listed, and no other that has its name by now."""
        return self.s3.get_object(Bucket=self.place.bucket, Key=self.key(entry.name), IfMatch=entry.version, **how)

    def save(self, name: str, content: bytes) -> None:
        """Needs s3:PutObject. S3 keeps an object as a whole or not at all."""
        key = self.key(name)
        try:
            with aws.translated(doing=f"save s3://{self.place.bucket}/{key}"):
                self.s3.put_object(
                    Bucket=self.place.bucket, Key=key, Body=content, ContentType="application/octet-stream",
                    IfNoneMatch="*",
                )  # fmt: skip
        except AwsError as error:
            if error.code in _TAKEN:
                raise SnapshotError(
                    f"s3://{self.place.bucket}/{key} is there already, and is left as it is."
                ) from error
            raise

    def delete(self, entry: Entry) -> None:
        """Needs s3:DeleteObject. Only a bucket with versions keeps what was deleted."""
        with aws.translated(doing=f"delete {self.place_of(entry)}"):
            self.s3.delete_object(Bucket=self.place.bucket, Key=self.key(entry.name))

    def region(self) -> str:
        """Where the bucket is; needs s3:ListBucket."""
        with aws.translated(doing=f"ask where the bucket {self.place.bucket} is"):
            found = self.s3.head_bucket(Bucket=self.place.bucket)
        return str(found.get("BucketRegion") or self.s3.meta.region_name)


def _is_one(key: str) -> bool:
    name = key.rpartition("/")[2]
    return name.endswith(SUFFIX) and not name.startswith(".")
