"""Files written as a whole."""

import os
from contextlib import suppress
from pathlib import Path
from uuid import uuid4


def write(path: Path, content: bytes) -> None:
    """Write a file: whatever interrupts it, under its name is the whole of it or what was there before. OSError as it comes."""
    new = path.with_name(f".{path.name}.{uuid4().hex}.part")
    try:
        with new.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
    except BaseException:
        with suppress(OSError):
            new.unlink(missing_ok=True)
        raise
