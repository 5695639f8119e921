"""What the wish costs a month, CloudWatch beside S3; every figure says where it comes from, every assumption can be edited."""

from datetime import UTC, datetime

import streamlit as st

from flowinsight.paths import prices_file
from flowinsight.provision import cost, price_file, price_list, prices
from flowinsight.provision.deployed import FAILED, Deployed, FlowLog
from flowinsight.provision.measured import measured
from flowinsight.provision.plan import wanted_flow_logs
from flowinsight.provision.wanted import Wanted
from flowinsight.ui.plain import gray, plain
from flowinsight.ui.setup import reading
from flowinsight.ui.setup.seen import Seen
from flowinsight.ui.setup.who import Who

_NAMES = {"cloudwatch": "CloudWatch Logs", "s3": "S3"}
_ASSUMED = "Assumed"


def draw(who: Who, seen: Seen, wanted: Wanted) -> None:
    """The card of prices."""
    with st.container(border=True, key="card_price"):
        known = _prices(who)
        traffic, use = _traffic(who, seen, wanted), _use()
        count = len(wanted_flow_logs(wanted, Deployed(who.place, seen.interfaces)))
        found = cost.compare(wanted, traffic, use, known, count // (2 if wanted.destination == "both" else 1))
        st.markdown(f"**{plain(found.why)}**")
        left, right = st.columns(2)
        with left:
            _cost(found.cloudwatch, found.cheaper, wanted)
        with right:
            _cost(found.s3, found.cheaper, wanted)
        st.markdown(gray(f"{found.gigabytes:,.2f} GB a month. {found.how[:1].upper()}{found.how[1:]}."))


def _prices(who: Who) -> dict[prices.Item, prices.Price]:
    """The card's head: prices known on this machine, and the button that reads newer ones."""
    region = who.place.region
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.markdown("#### What it costs a month")
        st.button(
            "Read AWS's price list",
            key="setup_prices",
            icon=":material/refresh:",
            on_click=_ask,
            args=(region,),
            help=f"Reads the public list of {region} from {price_list.HOME.partition('://')[2]}. It needs no account.",
        )
    listed = None
    if st.session_state.get("setup_prices_asked") == region:
        listed = reading.kept("prices", region, f"Reading the price list of {region}", lambda: _read(region))
    known = price_file.known(prices_file())
    found = prices.prices_for(region, known.prices)
    if known.problem:
        st.warning(plain(known.problem), icon=":material/warning:")
    if listed is not None:
        st.markdown(gray(price_file.said(listed, found.values())))
    return found


def _ask(region: str) -> None:
    st.session_state["setup_prices_asked"] = region
    reading.anew("prices")


def _read(region: str) -> price_list.Listed:
    listed = price_list.read(region, datetime.now(UTC).date().isoformat())
    price_file.keep(prices_file(), listed)
    return listed


def _measurable(seen: Seen, wanted: Wanted) -> dict[str, FlowLog]:
    """Flow logs that record what is wanted already, and deliver it where it can be counted."""
    return {
        one.flow_log.id: one.flow_log
        for one in seen.survey.healths
        if one.flow_log.settings.destination_type in {"cloud-watch-logs", "s3"}
        and one.flow_log.settings.resource in wanted.resources
        and one.flow_log.delivery != FAILED
        and one.arrived is not None
    }


def _traffic(who: Who, seen: Seen, wanted: Wanted) -> cost.Traffic:
    interfaces = sum(any(one.within(resource) for resource in wanted.resources) for one in seen.interfaces)
    known = _measurable(seen, wanted)
    how = next(iter(known), _ASSUMED)
    if known:
        how = st.segmented_control(
            "Traffic",
            [*known, _ASSUMED],
            default=how,
            required=True,
            format_func=lambda one: one if one == _ASSUMED else f"Measured from {one}",
            key="setup_traffic_from",
        )
    if how != _ASSUMED:
        flow_log = known[how]
        found = reading.kept(
            "measured",
            f"{who.key} {how} {reading.turn('seen')}",
            "Counting the newest hour",
            lambda: _measure(who, flow_log),
        )
        if found is not None and found.records:
            return found
    rate = st.number_input(
        "Records an hour for each interface (assumed)", 0, 10_000_000, 1200, step=100, key="setup_rate",
        persist_state="session", width=320,
    )  # fmt: skip
    return cost.assumed(interfaces, float(rate))


def _measure(who: Who, flow_log: FlowLog) -> cost.Traffic:
    return measured(who.account(), flow_log, who.now()) or cost.Traffic(
        0.0, "not ten minutes of records in the newest hour"
    )


def _use() -> cost.Use:
    with st.container(horizontal=True, gap="medium"):
        questions = st.number_input(
            "Questions a month", 0, 100_000, 60, key="setup_questions", persist_state="session", width=180
        )
        hours = st.number_input(
            "Hours each looks back", 1, 8760, 24, key="setup_hours", persist_state="session", width=180
        )
        kept = st.number_input(
            "Stored size of a byte", 0.01, 1.0, 0.15, key="setup_kept", persist_state="session", width=180,
            help="What is left of a byte when it is stored compressed.",
        )  # fmt: skip
    return cost.Use(int(questions), int(hours), float(kept))


def _cost(one: cost.Cost, cheaper: str, wanted: Wanted) -> None:
    chosen = wanted.destination in {one.destination, "both"}
    marks = (" :blue-badge[chosen]" if chosen else "") + (
        " :green-badge[cheaper]" if one.destination == cheaper else ""
    )
    st.metric(_NAMES[one.destination] + marks, cost.dollars(one.usd))
    for line in one.lines:
        st.markdown(f"**{line.what} {cost.dollars(line.usd)}** {gray(line.how)}")
