"""What can go wrong with a snapshot, said so that a person can act on it."""

from flowinsight.errors import SourceError


class SnapshotError(SourceError):
    """A snapshot cannot be saved or opened: not one, damaged, altered, too large, written by a newer version."""
