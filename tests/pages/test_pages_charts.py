"""Figures tie to the answer they are drawn from."""

from dataclasses import replace
from datetime import UTC, datetime

import plotly.graph_objects as go
import pytest

from flowinsight import charts, charts_query, grammar
from flowinsight.charts_coverage import coverage_map
from flowinsight.examples import EXAMPLES
from flowinsight.fetchers.files import load
from flowinsight.investigation import Investigation, investigate
from flowinsight.question import Question
from flowinsight.times import STILL_ARRIVING

BY_PORT = charts_query.Drawing("port", ("22", "443"), {"records": (1.0, None), "bytes": (2.0, 3.0)})
OVER_TIME = charts_query.Drawing("bin", (datetime.fromtimestamp(0, UTC),), {"records": (1.0,)})


@pytest.fixture(scope="module")
def found() -> Investigation:
    return investigate(Question(filters=grammar.parse(":443")), load(EXAMPLES[0].source))


@pytest.mark.parametrize("palette", [charts.LIGHT, charts.DARK])
def test_plotly_knows_every_property_of_every_figure(found: Investigation, palette: charts.Palette) -> None:
    for figure in (
        charts.timeline(found, palette, present=found.timeline[-1]["bin"]),
        charts.talkers(found.clients, "client", palette),
        charts.outcomes(found, palette),
        charts.services(found, palette),
        charts.protocols(found, palette),
        charts.uses(found, palette),
        coverage_map([{"interface_id": "eni-1", "bin": 0, "status": "OK"}], (0, 120), 60, palette),
        *(charts_query.figure(drawing, palette) for drawing in (BY_PORT, OVER_TIME)),
    ):
        go.Figure(figure.to_dict())


def test_the_bars_of_talkers_add_up_to_all_bytes(found: Investigation) -> None:
    drawn = charts.talkers(found.clients, "client", charts.LIGHT)

    assert sum(sum(trace.x) for trace in drawn.data) == sum(row["sent"] + row["received"] for row in found.clients)
    assert drawn.data[0].y[-1] == "Other"


def test_a_mark_carries_the_word_that_a_click_asks_for(found: Investigation) -> None:
    drawn = charts.talkers(found.clients, "client", charts.LIGHT)

    assert drawn.data[0].customdata[0][0] == f"from {found.clients[0]['client']}"
    assert drawn.data[0].customdata[-1][0] == ""
    for figure in (
        charts.services(found, charts.LIGHT),
        charts.protocols(found, charts.LIGHT),
        charts.uses(found, charts.LIGHT),
    ):
        assert all(grammar.parse(custom[0]) for custom in figure.data[0].customdata if custom[0])


def test_only_the_last_quarter_of_an_hour_of_a_live_source_is_hatched(found: Investigation) -> None:
    present = found.timeline[-1]["bin"] + found.bin_seconds

    files, live = (charts.timeline(found, charts.LIGHT, present=at) for at in (None, present))

    assert files.data[0].marker.pattern.shape is None
    hatched = [
        bin_ for bin_, shape in zip(live.data[0].customdata, live.data[0].marker.pattern.shape, strict=True) if shape
    ]
    assert hatched
    assert all(bin_ + found.bin_seconds > present - STILL_ARRIVING for bin_ in hatched)


def test_an_empty_answer_draws_an_empty_timeline(found: Investigation) -> None:
    assert not charts.timeline(replace(found, timeline=()), charts.DARK).data[0].x
