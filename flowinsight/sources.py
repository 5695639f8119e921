"""Where records lie: values that say it, without opening anything."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Files:
    """Flow log files and folders on disk; `tokens` is the format of lines that have no header before them."""

    paths: tuple[Path, ...]
    tokens: tuple[str, ...] | None = None

    @property
    def label(self) -> str:
        return ", ".join(path.name or str(path) for path in self.paths)


Source = Files
