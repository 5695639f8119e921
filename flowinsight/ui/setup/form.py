"""What is wanted, as a form with defaults that work: a VPC, to CloudWatch Logs, with the fields investigations need."""

from typing import Any

import streamlit as st

from flowinsight.provision.refusals import SetupError
from flowinsight.provision.wanted import FIXED, Destination, Wanted
from flowinsight.ui.plain import gray
from flowinsight.ui.setup import fields, options, reading, resources
from flowinsight.ui.setup.seen import Seen
from flowinsight.ui.setup.who import Who

_DESTINATIONS = {"cloudwatch": "CloudWatch Logs", "s3": "S3", "both": "Both"}
_TRAFFIC = {"ALL": "All", "ACCEPT": "Accepted only", "REJECT": "Rejected only"}
_INTERVALS = {60: "1 minute", 600: "10 minutes"}


def draw(who: Who, seen: Seen) -> Wanted | None:
    """The form; None while what it says cannot be had, with the reason on the page."""
    with st.container(border=True, key="card_wanted"):
        st.markdown("#### What is wanted")
        kind, chosen = _resources(who, seen)
        destination, kept, rest = _how(kind)
        text, tagged = fields.draw(transit=kind == "transit gateway")
        try:
            return Wanted(
                st.session_state["setup_name"],
                tuple(chosen),
                destination,
                text,
                **rest,
                **options.draw(destination, kept),
                tag_fields=tagged,
            )
        except SetupError as error:
            st.error(str(error), icon=":material/error:")
            return None


def _resources(who: Who, seen: Seen) -> tuple[str, list[str]]:
    name, left, right = st.columns([1, 1, 2])
    name.text_input(
        "Name of this setup",
        "flow-logs",
        key="setup_name",
        persist_state="session",
        help="The tag of everything it makes.",
    )
    kind = left.selectbox("What is recorded", resources.KINDS, key="setup_kind", persist_state="session") or "VPC"
    with right:
        found = reading.kept(
            "resources",
            f"{who.key} {kind}",
            "Looking for what can be recorded",
            lambda: resources.offered(who.account(), kind),
        )
        labels = {one.id: one.label for one in found or ()}
        chosen = st.multiselect(
            f"Which {kind}",
            list(labels),
            _first(seen, list(labels)) if kind == "VPC" else [],
            format_func=lambda one: labels.get(one, one),
            key=f"setup_ids_{kind.replace(' ', '_')}",
            accept_new_options=True,
            placeholder="Choose, or paste an id",
            persist_state="session",
        )
    if kind in FIXED:
        st.markdown(
            ":orange[This is a fixed list of interfaces: new instances will not be logged. A VPC or a subnet grows.]"
        )
    return kind, chosen


def _first(seen: Seen, vpcs: list[str]) -> list[str]:
    """The VPC with the most interfaces."""
    count = {vpc: sum(one.vpc == vpc for one in seen.interfaces) for vpc in vpcs}
    return [max(vpcs, key=lambda vpc: count[vpc])] if vpcs else []


def _how(kind: str) -> tuple[Destination, options.Kept, dict[str, Any]]:
    transit = kind == "transit gateway"
    with st.container(horizontal=True, gap="small"):
        destination = _one("To", _DESTINATIONS, "setup_destination")
        traffic = _one("Traffic", _TRAFFIC, "setup_traffic", disabled=transit)
        interval = _one(
            "Interval",
            _INTERVALS,
            "setup_interval",
            disabled=transit,
            help="How much a record sums up. Interfaces of Nitro instances are recorded per minute whatever is asked for.",
        )
        kept = options.retention(destination)
    if transit:
        st.markdown(gray("Transit gateways are always recorded per minute and for all traffic."))
        return destination, kept, {}
    return destination, kept, {"traffic": traffic, "interval": interval}


def _one(label: str, words: dict[Any, str], key: str, **more: Any) -> Any:  # noqa: ANN401 one of the words' keys
    return st.segmented_control(
        label,
        list(words),
        default=next(iter(words)),
        required=True,
        format_func=lambda one: words[one],
        key=key,
        persist_state="session",
        **more,
    )
