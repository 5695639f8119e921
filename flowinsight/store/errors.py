"""What can go wrong with a store, said so that a person can act on it."""

import errno
from pathlib import Path

from flowinsight.errors import SourceError


class StoreError(SourceError):
    """A store cannot be read or written: not a store, in use, damaged, no room."""


def no_room(store: Path, error: OSError) -> StoreError:
    """The sentence for an error while writing into a store."""
    if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
        return StoreError(
            f"There is no room left for {store}. What was stored before is kept; make room and ingest again to go on."
        )
    return StoreError(f"{store} cannot be written to: {error.strerror or error}.")
