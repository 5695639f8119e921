"""A run on disk, read back with a few lines that know nothing of the generator."""

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

Line = dict[str, str]


@dataclass(frozen=True)
class Run:
    """A written run: its folder, and what its files say."""

    folder: Path

    @cached_property
    def truth(self) -> dict[str, Any]:
        truth: dict[str, Any] = json.loads((self.folder / "truth.json").read_text())
        return truth

    @cached_property
    def lines(self) -> list[Line]:
        return [line for path in self.files for line in read(path)]

    @cached_property
    def files(self) -> list[Path]:
        return sorted(self.folder.rglob("*.log.gz"))

    @cached_property
    def interfaces(self) -> dict[str, dict[str, Any]]:
        rows = json.loads((self.folder / "inventory.json").read_text())["interfaces"]
        return {row["name"]: row for row in rows}

    def scene(self, name: str) -> dict[str, Any]:
        (found,) = (row for row in self.truth["scenes"] if row["scene"] == name)
        return dict(found)

    def conversation(self, client: str, server: str, port: int, scope: str | None = None) -> dict[str, Any]:
        """The one conversation between two addresses on a port; `scope` where both exist in two networks."""
        (found,) = (
            row
            for row in self.truth["conversations"]
            if (row["client"], row["server"], row["service_port"]) == (client, server, port)
            and scope in (None, row["scope"])
        )
        return dict(found)

    def between(self, one: str, other: str, port: int) -> list[Line]:
        """Lines whose packet addresses are these two, in either direction, with the port on either side."""
        return [
            line
            for line in self.lines
            if {line["pkt-srcaddr"], line["pkt-dstaddr"]} == {one, other}
            and str(port) in (line["srcport"], line["dstport"])
        ]


def read(path: Path) -> Iterator[Line]:
    names, *lines = gzip.decompress(path.read_bytes()).decode().splitlines()
    return (dict(zip(names.split(), line.split(), strict=True)) for line in lines)


def flags(lines: list[Line]) -> set[int]:
    return {int(line["tcp-flags"]) for line in lines}


def total(lines: list[Line]) -> int:
    """Bytes of the lines that have any."""
    return sum(int(line["bytes"]) for line in lines if line["bytes"] != "-")
