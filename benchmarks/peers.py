"""The same work by others. Each is imported when it is measured; one that is not installed is left out."""

import importlib
import shutil
from pathlib import Path
from typing import Any

from flowinsight import db, fields

NAMES = [field.name for field in fields.FIELDS if field.version == 2]
_READ = """read_csv(?, delim = ' ', header = true, all_varchar = true, nullstr = '-', names = [$names])""".replace(
    "$names", ", ".join(f"'{name}'" for name in NAMES)
)
_TYPED = ", ".join(
    f'"{field.name}"'
    if field.kind in {"text", "address"}
    else f'TRY_CAST("{field.name}" AS {db.sql_type(field)}) AS "{field.name}"'
    for field in fields.FIELDS
    if field.version == 2
)


def _all(folder: Path) -> str:
    return str(folder / "*.log.gz")


def duckdb_question(folder: Path) -> int:
    sql = f"""SELECT srcaddr, sum(TRY_CAST(bytes AS BIGINT)) AS b FROM {_READ}
        WHERE dstport = '22' OR srcport = '22' GROUP BY 1 ORDER BY 2 DESC LIMIT 10"""
    return len(db.rows(db.connect(), sql, [_all(folder)]))


def polars_question(folder: Path) -> int:
    polars: Any = importlib.import_module("polars")
    lines = polars.scan_csv(_all(folder), separator=" ", null_values="-", infer_schema=False)
    port = (polars.col("dstport") == "22") | (polars.col("srcport") == "22")
    summed = lines.filter(port).group_by("srcaddr").agg(polars.col("bytes").cast(polars.Int64).sum())
    return len(summed.sort("bytes", descending=True).head(10).collect())


def chdb_question(folder: Path) -> int:
    chdb: Any = importlib.import_module("chdb")
    sql = f"""SELECT srcaddr, sum(toInt64OrZero(bytes)) AS b FROM file('{_all(folder)}', 'CustomSeparatedWithNames',
        '{", ".join(f"`{field}` String" for field in fields.DEFAULT_FORMAT)}')
        WHERE dstport = '22' OR srcport = '22' GROUP BY srcaddr ORDER BY b DESC LIMIT 10
        SETTINGS format_custom_field_delimiter = ' ', format_custom_escaping_rule = 'CSV', format_csv_delimiter = ' '"""
    return len(str(chdb.query(sql, "CSV")).splitlines())


def flowlogs_reader_question(folder: Path) -> int:
    """One file of all: it is so slow that the others are extrapolated."""
    reader: Any = importlib.import_module("flowlogs_reader")
    gzip = importlib.import_module("gzip")
    sums: dict[str, int] = {}
    path = min(folder.glob("*.log.gz"))
    with gzip.open(path, "rt") as lines:
        next(lines)
        for line in lines:
            record = reader.FlowRecord.from_cwl_event({"message": line.rstrip("\n")})
            if 22 in {record.srcport, record.dstport}:
                sums[record.srcaddr] = sums.get(record.srcaddr, 0) + record.bytes
    return len(sorted(sums, key=lambda address: -sums[address])[:10])


def duckdb_copy(folder: Path, out: Path) -> int:
    shutil.rmtree(out, ignore_errors=True)
    connection = db.connect()
    sql = f"""COPY (SELECT *, strftime(to_timestamp("start"), '%Y-%m-%d') AS day FROM (SELECT {_TYPED} FROM {_READ})
        ORDER BY "start") TO '{out}' (FORMAT parquet, COMPRESSION zstd, PARTITION_BY (day))"""
    connection.execute(sql, [_all(folder)])
    return 0


def duckdb_address(store: Path, address: str) -> int:
    """The one scan that everything on a page needs at least, over the store's own files."""
    value = f"{(0xFFFF << 32) + sum(int(part) << 8 * (3 - place) for place, part in enumerate(address.split('.')))}"
    sql = f"""SELECT srcaddr_lo, dstaddr_lo, srcport, dstport, protocol, action, count(*), sum(packets), sum(bytes), min(start),
        max("end") FROM read_parquet('{store}/rows/*/*.parquet')
        WHERE srcaddr_lo = {value} OR dstaddr_lo = {value} GROUP BY ALL"""
    return len(db.rows(db.connect(), sql))
