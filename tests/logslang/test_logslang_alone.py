"""The languages are a package that could be published by itself: nothing of FlowInsight is needed to run them."""

import shutil
import subprocess
import sys
from pathlib import Path

from flowinsight.sandbox import logslang

HOME = Path(logslang.__path__[0])
ALONE = """
import sys
import duckdb
from flowinsight.sandbox.logslang.insights import Discovery, parse_query, run
from flowinsight.sandbox.logslang.patterns import compile_pattern

connection = duckdb.connect()
connection.execute(
    "CREATE TABLE events AS SELECT 'g' AS log_group, 's' AS log_stream, 0 AS timestamp_ms, 0 AS ingestion_ms, "
    "'10.0.0.1 ACCEPT' AS message, 'p' AS ptr"
)
query = parse_query("stats count(*) as n by srcAddr, action")
print(run(query, connection, "events", discovery=Discovery((("srcaddr", "action"),))).to_json())
print(compile_pattern("[address, action = ACCEPT]").matches("10.0.0.1 ACCEPT"))
print([name for name in sys.modules if name.startswith("flowinsight.") and "logslang" not in name])
"""


def test_it_runs_where_nothing_else_of_flowinsight_is(tmp_path: Path) -> None:
    shutil.copytree(HOME, tmp_path / "flowinsight/sandbox/logslang", ignore=shutil.ignore_patterns("__pycache__"))
    said = subprocess.run(
        [sys.executable, "-c", ALONE], cwd=tmp_path, env={"PYTHONPATH": str(tmp_path)}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip

    assert said.returncode == 0, said.stderr
    rows, matches, others = said.stdout.splitlines()
    assert "10.0.0.1" in rows
    assert matches == "True"
    assert others == "['flowinsight.sandbox']"
    assert {"README.md", "LICENSE"} <= {path.name for path in HOME.iterdir()}
