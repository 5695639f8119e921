"""What may import what: read from the source, and from what a fresh interpreter has loaded after importing it."""

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from itertools import chain
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "flowinsight"

LAYERS = (
    ("__main__",),
    ("cli",),
    ("ui", "commands", "notebooks"),
    ("sandbox",),
    ("charts_coverage", "charts_query", "library", "reports"),
    ("charts", "columns", "exports", "provision", "wording"),
    ("snapshots",),
    ("investigation", "labels"),
    ("views", "roles", "legs", "moments", "newness", "rhythm", "tops"),
    ("chosen",),
    ("prepared",),
    ("answerable", "effort", "fetchers"),
    ("conversations", "coverage", "engines", "store"),
    ("rollups", "survey"),
    ("loaded",),
    ("answer", "conditions", "editing", "examples", "grammar", "names", "part", "periods"),
    ("aws", "db", "doctor", "question", "records", "scenario", "sources", "times"),
    ("cases", "filters", "spending"),
    ("addresses", "data", "errors", "fields", "iana", "paths", "switches", "table", "tcp_flags", "whole"),
)
"""Each line may import only lines below it, and nobody on its own line."""

ONLY = {
    "streamlit": {"ui"},
    "moto": {"sandbox"},
    "plotly": {"charts", "charts_coverage", "charts_query"},
    "duckdb": {"db", "sandbox"},
    "boto3": {"aws", "sandbox"},
    "botocore": {"aws", "sandbox"},
    "pandas": {"ui", "notebooks"},
    "pyarrow": {
        "chosen",
        "conversations",
        "records",
        "engines",
        "fetchers",
        "store",
        "snapshots",
        "exports",
        "sandbox",
    },
    "numpy": {"chosen", "conversations", "prepared", "records", "store", "snapshots", "tops"},
}
"""Who may import a package from outside. Below, DuckDB connections and clients of AWS are handed in."""


@cache
def _modules() -> list[tuple[str, frozenset[str]]]:
    """Every module by its layer name, and what it imports: flowinsight/records/text.py is `records`."""
    paths = [path for path in sorted(PACKAGE.rglob("*.py")) if path != PACKAGE / "__init__.py"]
    return [
        (path.relative_to(PACKAGE).with_suffix("").parts[0], frozenset(_imported(ast.parse(path.read_text()))))
        for path in paths
    ]


def _imported(tree: ast.Module) -> Iterator[str]:
    """The names a module imports, wherever in it: `flowinsight.records.text`, `duckdb`."""
    for node in ast.walk(tree):
        match node:
            case ast.Import():
                yield from (alias.name for alias in node.names)
            case ast.ImportFrom(module="flowinsight"):
                yield from (f"flowinsight.{alias.name}" for alias in node.names)
            case ast.ImportFrom(module=str(module)):
                yield module


def _edges() -> set[tuple[str, str]]:
    return {
        (name, words[1])
        for name, imports in _modules()
        for imported in imports
        if (words := imported.split("."))[0] == "flowinsight" and len(words) > 1 and words[1] != name
    }


def test_every_module_has_its_layer() -> None:
    assert {name for name, _ in _modules()} == set(chain(*LAYERS))


def test_modules_import_only_what_lies_below_them() -> None:
    level = {name: number for number, names in enumerate(LAYERS) for name in names}
    upwards = {(one, other) for one, other in _edges() if level[other] <= level[one]}

    assert upwards == set()


@pytest.mark.parametrize("package", ONLY)
def test_a_package_from_outside_is_imported_only_where_it_belongs(package: str) -> None:
    found = {name for name, imports in _modules() if any(one.split(".")[0] == package for one in imports)}

    assert found <= ONLY[package]


_LOADED = """
import importlib, json, sys
for name in {modules!r}: importlib.import_module(name)
print(json.dumps(sorted({{name.split(".")[0] for name in sys.modules}} & set({packages!r}))))
"""


def _loads(*modules: str) -> set[str]:
    """The packages from outside that a fresh interpreter has loaded after importing these."""
    code = _LOADED.format(modules=modules, packages=sorted(ONLY))
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout))


def _all_of(*layers: str) -> list[str]:
    """Every module of these layers that can be imported without doing anything."""
    paths = [path for path in PACKAGE.rglob("*.py") if path.relative_to(PACKAGE).with_suffix("").parts[0] in layers]
    names = [".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__") for path in paths]
    return [name for name in names if not name.endswith("__main__")]


@pytest.mark.parametrize(
    ("layers", "may_load"),
    [
        ((), set()),
        (LAYERS[-1], set()),
        (("question", "grammar", "answer", "periods", "editing", "sources", "times", "scenario"), set()),
        (("records",), {"pyarrow", "numpy", "pandas"}),
        (("prepared", "views", "roles", "investigation"), {"duckdb", "pyarrow", "numpy", "pandas"}),
        (("cli", "commands"), {"duckdb", "pyarrow", "numpy", "pandas", "boto3", "botocore"}),
        (
            tuple(name for layer in LAYERS[LAYERS.index(("sandbox",)) + 1 :] for name in layer),
            {"duckdb", "pyarrow", "numpy", "pandas", "plotly", "boto3", "botocore"},
        ),
    ],
    ids=["the package itself", "ground", "questions", "readers", "answers", "command line", "all below the sandbox"],
)
def test_a_fresh_interpreter_loads_no_more_than_the_layer_needs(layers: tuple[str, ...], may_load: set[str]) -> None:
    assert _loads("flowinsight", *_all_of(*layers)) <= may_load


def test_pages_and_the_entry_point_reach_the_product_through_ui_and_values_only() -> None:
    reached = {
        imported.split(".")[1]
        for path in (ROOT / "streamlit_app.py", *(ROOT / "pages").glob("*.py"))
        for imported in _imported(ast.parse(path.read_text()))
        if imported.startswith("flowinsight.")
    }

    assert "ui" in reached
    values = {name for layer in LAYERS[-4:] for name in layer} - {"aws", "db", "records"}
    assert reached <= {"ui", "examples", "switches"} | values
