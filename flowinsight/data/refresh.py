"""Rewrites protocols.csv and services.csv from the CSV files that IANA publishes; see README.md beside this file."""

import argparse
import csv
import re
import sys
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).parent
TRANSPORTS = ("tcp", "udp", "sctp", "dccp")


def protocols(path: Path) -> Iterator[tuple[int, str, str]]:
    """(number, keyword, name) of every assigned protocol in IANA's protocol-numbers-1.csv."""
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["Decimal"].isdigit() and int(row["Decimal"]) < 253:
                keyword = row["Keyword"].removesuffix("(deprecated)").strip().replace(" ", "-")
                name = " ".join(row["Protocol"].split()) or keyword
                if keyword or not name.startswith(("Unassigned", "Reserved")):
                    yield int(row["Decimal"]), keyword, name


def services(path: Path) -> Iterator[tuple[int, str, str, str]]:
    """(port, transports, name, description) of every named port in IANA's service-names-port-numbers.csv."""
    found: dict[tuple[int, str, str], list[str]] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            port, transport, name = row["Port Number"], row["Transport Protocol"], row["Service Name"]
            if port.isdigit() and name and transport in TRANSPORTS:
                key = (int(port), name, " ".join(row["Description"].split()))
                found.setdefault(key, []).append(transport)
    for (port_number, name, description), transports in sorted(found.items(), key=lambda item: item[0][0]):
        yield port_number, " ".join(sorted(transports, key=TRANSPORTS.index)), name, description


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--protocols", type=Path, required=True)
    parser.add_argument("--services", type=Path, required=True)
    parser.add_argument("--date", required=True, help="the day the files were downloaded, YYYY-MM-DD")
    options = parser.parse_args(arguments)
    _write("protocols.csv", ("number", "keyword", "name"), protocols(options.protocols))
    _write("services.csv", ("port", "protocol", "name", "description"), services(options.services))
    readme = HERE / "README.md"
    dated = re.sub(
        r"^(\| `(?:protocols|services)\.csv`.*\| )\S+ \|$",
        rf"\g<1>{options.date} |",
        readme.read_text(),
        flags=re.MULTILINE,
    )
    readme.write_text(dated)


def _write(name: str, header: tuple[str, ...], rows: Iterator[tuple[object, ...]]) -> None:
    with (HERE / name).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


if __name__ == "__main__":
    main(sys.argv[1:])
