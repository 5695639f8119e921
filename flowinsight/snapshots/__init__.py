"""Snapshots: an answer with everything it rests on, in one file that opens anywhere and shows any later change.

`freeze` makes one of an investigation and its source, `save` writes it, `open_snapshot` reads it, `load` asks it.
"""

from pathlib import Path

from flowinsight.snapshots import archive, keys
from flowinsight.snapshots.archive import SUFFIX
from flowinsight.snapshots.archive import looks_like_one as is_snapshot
from flowinsight.snapshots.asked import Asker, asker, circumstances
from flowinsight.snapshots.checking import Checked, check
from flowinsight.snapshots.comparing import Compared, compare, rerun
from flowinsight.snapshots.errors import SnapshotError
from flowinsight.snapshots.facts import Circumstances, Name, Sources
from flowinsight.snapshots.freezing import freeze
from flowinsight.snapshots.opening import load, open_snapshot
from flowinsight.snapshots.origins import Origin, of_fetched, of_files, of_snapshot, of_store
from flowinsight.snapshots.redacting import Preview, preview, previewed, redact
from flowinsight.snapshots.snapshot import Snapshot

__all__ = [
    "SUFFIX",
    "Asker",
    "Checked",
    "Circumstances",
    "Compared",
    "Name",
    "Origin",
    "Preview",
    "Snapshot",
    "SnapshotError",
    "Sources",
    "asker",
    "check",
    "circumstances",
    "compare",
    "freeze",
    "is_snapshot",
    "keys",
    "load",
    "of_fetched",
    "of_files",
    "of_snapshot",
    "of_store",
    "open_snapshot",
    "packed",
    "preview",
    "previewed",
    "redact",
    "rerun",
    "save",
]


def save(snapshot: Snapshot, path: Path) -> str:
    """Write the file as a whole, or leave what is there; the snapshot's id. SnapshotError where it cannot be written."""
    archive.save(snapshot.parts, path)
    return snapshot.id


def packed(snapshot: Snapshot) -> bytes:
    """The bytes of the file, for a download."""
    return archive.packed(snapshot.parts)
