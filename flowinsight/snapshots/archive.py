"""The file itself: a zip with known parts and nothing between them. What comes from elsewhere is read within bounds.

Nothing is ever unpacked to a disk, so no name in it can lead anywhere. Source: PKWARE APPNOTE.TXT 6.3.10, sections 4.3 and 4.4.
"""

import io
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path

from flowinsight import whole
from flowinsight.snapshots.errors import SnapshotError

SUFFIX = ".flowsnap"

MANIFEST, IDENTITY, SIGNATURE = "manifest.json", "id", "signature.json"
FACTS, SOURCES, ACCOUNT, ANSWER = "facts.json", "sources.json", "account.json", "answer.json"
RECORDS, ROLLUP, TIMES, COVERAGE, NETWORKS, HOPS = (
    "records.parquet", "rollup.parquet", "times.parquet", "coverage.parquet", "networks.parquet", "hops.parquet",
)  # fmt: skip
NAMES = (
    MANIFEST,
    IDENTITY,
    SIGNATURE,
    FACTS,
    SOURCES,
    ACCOUNT,
    ANSWER,
    RECORDS,
    ROLLUP,
    TIMES,
    COVERAGE,
    NETWORKS,
    HOPS,
)
"""Every name a part may have, in the order in which parts stand in the file."""

KNOWN = (COVERAGE, NETWORKS, HOPS)
"""The tables of what a source as a whole told. Beside them stand its records, or their rollup."""

LARGEST = 1 << 30
"""Bytes of all parts together, unpacked."""
_LARGEST_JSON = 64 << 20
_DENSEST, _DENSE_FROM = 200, 64 << 20
"""A part that unpacks to more than this many times its size is not opened, from this size on."""

_LOCAL, _CENTRAL, _END = 30, 46, 22
"""Bytes of a zip's headers around each name, and at its end."""
_WRITTEN = (1980, 1, 1, 0, 0, 0)
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    OverflowError,
    KeyError,
)


def packed(parts: Mapping[str, bytes]) -> bytes:
    """The bytes of the file: the same for the same parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name in NAMES:
            if name in parts:
                info = zipfile.ZipInfo(name, _WRITTEN)
                info.compress_type, info.create_system = zipfile.ZIP_DEFLATED, 3
                archive.writestr(info, parts[name], compresslevel=1)
    return out.getvalue()


def save(parts: Mapping[str, bytes], path: Path) -> None:
    """Write the file as a whole: whatever interrupts it, under its name is the whole file or what was there before."""
    content = packed(parts)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        whole.write(path, content)
    except OSError as error:
        raise SnapshotError(f"{path} cannot be written: {error.strerror}.") from error


def looks_like_one(path: Path) -> bool:
    """Whether a path is to be taken for a snapshot: by its name and its first bytes."""
    try:
        with path.open("rb") as file:
            return path.suffix == SUFFIX and file.read(2) == b"PK"
    except OSError:
        return False


def read(path: Path) -> tuple[dict[str, bytes], tuple[str, ...]]:
    """The parts of a file, and the names of those that are damaged. SnapshotError when the file is no snapshot at all."""
    try:
        content = path.read_bytes() if path.stat().st_size <= LARGEST else None
    except OSError as error:
        raise SnapshotError(f"{path} cannot be read: {error.strerror}.") from error
    if content is None:
        raise SnapshotError(f"{path} is larger than any snapshot that FlowInsight opens ({LARGEST >> 20:,} MiB).")
    return unpacked(content, str(path))


def unpacked(content: bytes, where: str) -> tuple[dict[str, bytes], tuple[str, ...]]:
    """As `read`, of bytes."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except _DAMAGE as error:
        raise SnapshotError(f"{where} is not a snapshot, or only a piece of one: it is no whole zip file.") from error
    with archive:
        _check(archive, len(content), where)
        parts: dict[str, bytes] = {}
        damaged: list[str] = []
        for info in archive.infolist():
            try:
                parts[info.filename] = archive.read(info)
            except _DAMAGE:
                damaged.append(info.filename)
    return parts, tuple(damaged)


def _check(archive: zipfile.ZipFile, size: int, where: str) -> None:
    """Everything that can be known before anything is unpacked."""
    infos = archive.infolist()
    names = [info.filename for info in infos]
    if unknown := [name for name in names if name not in NAMES]:
        raise SnapshotError(f"{where} is not opened: it holds {unknown[0][:60]!r}, which is no part of a snapshot.")
    if len(set(names)) < len(names):
        raise SnapshotError(f"{where} is not opened: a part is in it twice, so that it is not one thing to everybody.")
    for info in infos:
        _check_size(info, where)
    if sum(info.file_size for info in infos) > LARGEST:
        raise SnapshotError(f"{where} is not opened: its parts unpack to more than {LARGEST >> 20:,} MiB.")
    around = sum(_LOCAL + _CENTRAL + 2 * len(name) for name in names) + _END
    if size != around + sum(info.compress_size for info in infos):
        raise SnapshotError(f"{where} is not opened: it is cut off, or something is hidden between its parts.")


def _check_size(info: zipfile.ZipInfo, where: str) -> None:
    most = _LARGEST_JSON if not info.filename.endswith(".parquet") else LARGEST
    dense = info.file_size > _DENSE_FROM and info.file_size > _DENSEST * max(info.compress_size, 1)
    if info.file_size > most or dense:
        raise SnapshotError(
            f"{where} is not opened: {info.filename} would unpack to {info.file_size >> 20:,} MiB out of "
            f"{info.compress_size >> 10:,} KiB."
        )
    if info.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED} or info.flag_bits & 1:
        raise SnapshotError(f"{where} is not opened: {info.filename} is packed in a way that FlowInsight never uses.")
