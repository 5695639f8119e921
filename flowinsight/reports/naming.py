"""What addresses are called, beside them: in tables, in charts, and in a list that says as of when and who says so."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from flowinsight.columns import Column, Row, Table, of
from flowinsight.reports.content import Listing, Section
from flowinsight.snapshots import Name

Names = Sequence[Name]


def called(names: Names) -> Callable[[object, object], str]:
    """The words for an address in a network: itself and what it is called, where that is one thing and no other."""
    known: dict[str, list[Name]] = {}
    for one in names:
        known.setdefault(one.address, []).append(one)

    def words(address: object, network: object) -> str:
        found = known.get(str(address), [])
        here = [one for one in found if network is None or one.scope in {None, network}]
        said = {one.name for one in here}
        return f"{address} {said.pop()}" if len(said) == 1 else str(address)

    return words


def named(table: Table, names: Names) -> Table:
    """The table with the name of each address behind it."""
    if not names:
        return table
    words = called(names)
    return replace(table, columns=[_named(one, words) if one.kind == "address" else one for one in table.columns])


def _named(column: Column, words: Callable[[object, object], str]) -> Column:
    def value(row: Row) -> Any:  # noqa: ANN401 - a cell is whatever the column holds
        found = column.value(row)
        return None if found is None else words(found, row.get("scope") or row.get("network"))

    return replace(column, value=value)


_COLUMNS = (of("address", "address"), of("name"), of("scope", heading="Network"), of("at", "time", "As of"),
            of("origin", heading="Told by"))  # fmt: skip


def section(names: Names) -> Iterator[Section]:
    """The list of names; nothing where there are none."""
    if names:
        rows = [vars(one) for one in names]
        said = "Addresses of this answer that have a name, as of when it was asked for. Whose they were before is not known."
        yield Section("Names of addresses", (Listing(Table("names", rows, _COLUMNS), said),))
