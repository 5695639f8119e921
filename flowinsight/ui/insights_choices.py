"""What a person can choose where a question of Logs Insights has two prices, or is too wide for its records."""

from collections.abc import Callable

import streamlit as st

from flowinsight.engines.insights_price import usd
from flowinsight.fetchers import insights_leading
from flowinsight.fetchers.insights_ladder import TooWideError
from flowinsight.ui import address_bar
from flowinsight.ui.fetch_job import FetchJob
from flowinsight.ui.insights_fetch import InsightsFetch
from flowinsight.ui.plain import plain


def instead(error: TooWideError, asking: InsightsFetch, start: Callable[[], None]) -> None:
    """Why a question is not asked for its records, and what can be asked."""

    def ask_all_the_same() -> None:
        asking.grain = "apart"
        start()

    st.markdown("#### Too much for its records")
    st.markdown(plain(error))
    with st.container(horizontal=True, gap="small"):
        if insights_leading.possible(asking.question):
            st.button(
                "What leads, priced first", key="leading_instead", type="primary",
                on_click=address_bar.put, kwargs={"way": "leading"},
            )  # fmt: skip
        st.button(
            f"Ask all the same, in about {error.slices:,} queries", key="fetch_all_the_same", on_click=ask_all_the_same
        )


def without_coverage(job: FetchJob, asking: InsightsFetch) -> None:
    """The cheaper of two prices, where there are two."""
    alone = asking.found.alone if asking.found is not None else None
    if alone is None:
        return

    def agree() -> None:
        job.way = asking.without_coverage()
        job.agree()

    price = usd(asking.payer.tariff.of(alone.size))
    st.button(plain(f"Only matching records, for {price}"), key="fetch_matching", on_click=agree)
