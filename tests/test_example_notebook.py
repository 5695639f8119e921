"""The example notebook still gives what it shows, and what it shows is what was planted."""

import json
from pathlib import Path
from typing import Any

import nbclient
import nbformat
import pytest

EXAMPLES = Path(__file__).parents[1] / "examples"

Outputs = list[dict[str, Any]]


def _outputs(notebook: nbformat.NotebookNode) -> list[Outputs]:
    """What each cell gave: its text, or the numbers of its figure. How a frame is painted is left out."""
    return [[_said(one) for one in cell.outputs] for cell in notebook.cells if cell.cell_type == "code"]


def _said(output: dict[str, Any]) -> dict[str, Any]:
    data = output["data"]
    figure = data.get("application/vnd.plotly.v1+json")
    return {"text": data["text/plain"]} if figure is None else {"traces": figure["data"]}


def _notebook() -> nbformat.NotebookNode:
    return nbformat.read(EXAMPLES / "company_day.ipynb", as_version=4)  # type: ignore[no-untyped-call, no-any-return]


@pytest.fixture(scope="module")
def kept() -> list[Outputs]:
    return _outputs(_notebook())


def test_executed_again_the_notebook_gives_what_it_shows(kept: list[Outputs]) -> None:
    notebook = _notebook()

    nbclient.NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(EXAMPLES)}}).execute()

    assert _outputs(notebook) == kept


def test_the_notebook_shows_what_was_planted(kept: list[Outputs]) -> None:
    scenes = {one["scene"]: one for one in json.loads((EXAMPLES / "company_day/truth.json").read_text())["scenes"]}
    logins, theft = scenes["brute-force"], scenes["exfiltration"]
    shown = [output.get("text", "") for cell in kept for output in cell]

    assert any(logins["server"] in text and f" {logins['failed_attempts'] + 1} " in text for text in shown)
    (row,) = (text for text in shown if theft["client"] in text and str(theft["server"]) in text)
    assert row.split("\n")[1].split()[1:] == [
        theft["client"], theft["server"], str(theft["port"]), "data", str(theft["bytes_to_server"]), theft["gateway"],
    ]  # fmt: skip
