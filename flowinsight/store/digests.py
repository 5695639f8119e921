"""SHA-256 of files that are looked at again and again: of a text that grew, only what was appended is read."""

import hashlib
import io
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_PIECE = 1 << 20
_EDGE = 1 << 16


@dataclass(frozen=True)
class _Begun:
    """A digest of the first `at` bytes of a file, its values at places before, and by what the file is known again: device and
    inode, and the hash of the first and the last bytes of what was read.
    """

    file: tuple[int, int] = (0, 0)
    at: int = 0
    digest: Any = field(default_factory=hashlib.sha256)
    values: dict[int, str] = field(default_factory=dict)
    edges: bytes = b""


class Digests:
    """What one process remembers of the files it hashed. A file that is not certain to have only grown is read as a whole."""

    def __init__(self) -> None:
        self._begun: dict[Path, _Begun] = {}

    def of(self, path: Path, file: io.BufferedReader, cuts: Iterable[int], lasting: int = 0) -> dict[int, str]:
        """The SHA-256 of the first bytes of an open file up to each of some places within it. The first `lasting` bytes are
        remembered, as those to which more may be appended.
        """
        places = sorted({*cuts, lasting})
        begun = self._again(path, file, places)
        digest, at, values = begun.digest.copy(), begun.at, dict(begun.values)
        file.seek(at)
        for place in places:
            while at < place and (piece := file.read(min(_PIECE, place - at))):
                digest.update(piece)
                at += len(piece)
            if place not in values:
                values[place] = digest.hexdigest()
            if place == lasting > begun.at:
                known = {one: values[one] for one in places if one <= place}
                self._begun[path] = _Begun(_identity(file), at, digest.copy(), known, _edges(file, at))
                file.seek(at)
        return {place: values[place] for place in places}

    def _again(self, path: Path, file: io.BufferedReader, places: list[int]) -> _Begun:
        """Where to go on with a file: at its beginning, when it is not the same or a place before was not asked for then."""
        begun = self._begun.get(path, _Begun())
        told = all(place >= begun.at or place in begun.values for place in places)
        if told and begun.at <= places[-1] and _identity(file) == begun.file and _edges(file, begun.at) == begun.edges:
            return begun
        return _Begun()


def _identity(file: io.BufferedReader) -> tuple[int, int]:
    status = os.fstat(file.fileno())
    return status.st_dev, status.st_ino


def _edges(file: io.BufferedReader, at: int) -> bytes:
    digest = hashlib.sha256()
    for begin in (0, max(0, at - _EDGE)):
        file.seek(begin)
        digest.update(file.read(min(_EDGE, at - begin)))
    return digest.digest()
