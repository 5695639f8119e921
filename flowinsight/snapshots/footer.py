"""How the columns of a Parquet file are packed, read from its footer without trusting it.

pyarrow tells it too, and ends the whole process where a footer contradicts itself: its metadata of a column is made where C++
errors are not caught. Sources: Apache Parquet format, parquet.thrift; Apache Thrift, compact protocol.
"""

from dataclasses import dataclass
from typing import Any

_END = b"PAR1"
_ROW_GROUPS, _COLUMNS, _META, _CODEC = 4, 1, 3, 4
"""Fields of FileMetaData, RowGroup, ColumnChunk and ColumnMetaData."""
_DEEPEST = 16


def codecs(content: bytes) -> set[int]:
    """The compression of every column of every row group, as parquet.thrift numbers it: 0 is none. ValueError where the footer
    is none.
    """
    if len(content) < 12 or content[-4:] != _END:
        raise ValueError("it does not end as Parquet")
    size = int.from_bytes(content[-8:-4], "little")
    if size > len(content) - 12:
        raise ValueError("its footer is longer than the file")
    try:
        told = _Reader(content[-8 - size : -8]).struct()
        return {column[_META][_CODEC] for group in told[_ROW_GROUPS] for column in group[_COLUMNS]}
    except (IndexError, KeyError, TypeError) as error:
        raise ValueError("its footer is none") from error


@dataclass
class _Reader:
    """Values of the compact protocol, one after the other. IndexError where they end too early."""

    content: bytes
    at: int = 0

    def struct(self, depth: int = 0) -> dict[int, Any]:
        """Fields by their number."""
        found: dict[int, Any] = {}
        number = 0
        while head := self._byte():
            number = number + (head >> 4) if head >> 4 else self._whole()
            found[number] = head & 15 == 1 if head & 15 in (1, 2) else self._value(head & 15, depth)
        return found

    def _value(self, kind: int, depth: int) -> Any:  # noqa: ANN401 - whatever stands there
        if depth > _DEEPEST:
            raise ValueError("its footer is too deep")
        match kind:
            case 1 | 2 | 3:
                return self._byte()
            case 4 | 5 | 6:
                return self._whole()
            case 7:
                return self._take(8)
            case 8:
                return self._take(self._varint())
            case 9 | 10:
                return self._list(depth + 1)
            case 12:
                return self.struct(depth + 1)
            case _:
                raise ValueError("its footer has a value of an unknown kind")

    def _list(self, depth: int) -> list[Any]:
        head = self._byte()
        size = self._varint() if head >> 4 == 15 else head >> 4
        return [self._value(head & 15, depth) for _ in range(size)]

    def _byte(self) -> int:
        self.at += 1
        return self.content[self.at - 1]

    def _take(self, size: int) -> bytes:
        self.at += size
        if self.at > len(self.content):
            raise IndexError
        return self.content[self.at - size : self.at]

    def _varint(self) -> int:
        """A number of seven bits a byte, the lowest first."""
        found = shift = 0
        while True:
            byte = self._byte()
            found |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return found
            if shift > 63:
                raise ValueError("its footer has a number that is too long")

    def _whole(self) -> int:
        """A signed number: 0, -1, 1, -2 and so on are written as 0, 1, 2, 3."""
        written = self._varint()
        return (written >> 1) ^ -(written & 1)
