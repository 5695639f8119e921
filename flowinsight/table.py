"""Rows as text in aligned columns, for a terminal."""

from collections.abc import Mapping, Sequence


def as_text(rows: Sequence[Mapping[str, object]]) -> str:
    """The rows under their column names, numbers to the right; a sentence when there is none."""
    if not rows:
        return "No rows."
    names = list(rows[0])
    cells = [[_cell(row[name]) for name in names] for row in rows]
    widths = [max(len(name), *(len(line[index]) for line in cells)) for index, name in enumerate(names)]
    right = [all(isinstance(row[name], int | None) for row in rows) for name in names]
    return "\n".join(
        "  ".join(
            text.rjust(width) if to_right else text.ljust(width)
            for text, width, to_right in zip(line, widths, right, strict=True)
        ).rstrip()
        for line in [names, *cells]
    )


def _cell(value: object) -> str:
    match value:
        case None:
            return "-"
        case list() | tuple():
            return " ".join(map(str, value))
        case _:
            return str(value)
