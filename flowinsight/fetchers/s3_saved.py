"""Objects of a bucket kept as files, from which a store reads them: what is there already is not fetched again."""

from pathlib import Path
from typing import Any
from urllib.parse import quote

from flowinsight.errors import SourceError
from flowinsight.fetchers import s3_objects
from flowinsight.fetchers.s3_listing import Listing, S3Object
from flowinsight.fetchers.s3_objects import Collected, Take
from flowinsight.records.tally import Batch
from flowinsight.sources import S3Objects


def path_of(folder: Path, bucket: str, key: str) -> Path:
    """Where an object is kept. No key leads out of the folder: what is more than a name in a path is written as %XX."""
    return folder.joinpath(bucket, *map(_name, key.split("/")))


def _name(part: str) -> str:
    return quote(part, safe="=") if part.strip(".") else "%2E" * len(part) or "%"


def known(listing: Listing, source: S3Objects, folder: Path) -> Collected:
    """What of a listing is there already, in full: AWS never writes another content under the name of a flow log's file."""
    there = [one for one in listing.objects if _size(path_of(folder, source.bucket, one.key)) == one.size]
    return Collected({one.key: [] for one in there}, bytes=sum(one.size for one in there))


def _size(path: Path) -> int | None:
    return path.stat().st_size if path.is_file() else None


def saving(source: S3Objects, folder: Path) -> Take:
    """What puts each object into the folder as a whole: a fetch that stops leaves no half of one. SourceError if it cannot."""

    def save(one: S3Object, body: bytes) -> list[Batch]:
        path = path_of(folder, source.bucket, one.key)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            part = path.with_name(f".{path.name}.part")
            part.write_bytes(body)
            part.replace(path)
        except OSError as error:
            raise SourceError(f"{path} cannot be written: {error.strerror}.") from error
        return []

    return save


def save(listing: Listing, source: S3Objects, s3: Any, folder: Path, **how: Any) -> Collected:  # noqa: ANN401
    """Bring every object of the listing that the folder lacks. `how` is that of `s3_objects.fetch`."""
    collected = known(listing, source, folder)
    s3_objects.fetch(listing, source, s3, collected, take=saving(source, folder), **how)
    return collected
