"""What an account has already: flow logs, whoever made them, and the interfaces nobody records."""

from dataclasses import dataclass

import pandas as pd
import streamlit as st

from flowinsight.errors import DeniedError
from flowinsight.provision import presets
from flowinsight.provision.account import Account
from flowinsight.provision.deployed import Interface, tag_value
from flowinsight.provision.health import Health, Survey, survey
from flowinsight.provision.leftovers import tagged
from flowinsight.provision.read import interfaces
from flowinsight.ui import accounts
from flowinsight.ui.plain import gray, plain
from flowinsight.ui.setup import reading
from flowinsight.ui.setup.who import Who

_LINKS = 5


@dataclass(frozen=True)
class Seen:
    survey: Survey
    interfaces: tuple[Interface, ...]
    left: tuple[str, ...] = ()
    """The names of the setups whose log groups or buckets exist."""

    @property
    def setups(self) -> tuple[str, ...]:
        """The names of the setups of which something exists."""
        tags = (tag_value(item.flow_log.settings.tags) for item in self.survey.healths)
        return tuple(sorted({tag for tag in (*tags, *self.left) if tag}))


def draw(who: Who) -> Seen | None:
    """The card of what exists."""
    with st.container(border=True, key="card_seen"):
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            st.markdown("#### Flow logs that exist")
            st.button("Look again", key="setup_look", icon=":material/refresh:", on_click=reading.anew, args=("seen",))
        seen = reading.kept("seen", who.key, "Looking for flow logs and their newest records", lambda: _look(who))
        if seen is not None:
            _draw(who, seen)
        return seen


def _look(who: Who) -> Seen:
    account = who.account()
    return Seen(survey(account, who.now()), tuple(interfaces(account)), _left(account))


def _left(account: Account) -> tuple[str, ...]:
    """Whoever may not search by tag is shown the setups that have flow logs."""
    try:
        return tuple({one.setup for one in tagged(account)})
    except DeniedError:
        return ()


def _draw(who: Who, seen: Seen) -> None:
    if not seen.survey.healths:
        st.markdown(gray(f"There is none in this region: {len(seen.interfaces)} network interfaces are not recorded."))
        return
    table(seen.survey.healths, "Flow logs and whether their records arrive")
    amiss(seen.survey.healths)
    ask_links(who, seen.survey.healths)
    if seen.survey.uncovered:
        count = len(seen.survey.uncovered)
        with st.expander(f"{count} of {len(seen.interfaces)} interfaces are not recorded"):
            st.code("\n".join(seen.survey.uncovered), language=None, wrap_lines=True)


def ask_links(who: Who, healths: tuple[Health, ...]) -> None:
    """A way to ask every place that delivers: whoever made its flow log, it needs no set-up."""
    source = accounts.SANDBOX if who.identity.is_sandbox else accounts.OWN
    delivered = (one.flow_log.settings for one in healths if one.arrived is not None)
    places = {f"s3://{one.destination}/" if one.layout else one.destination: bool(one.layout) for one in delivered}
    for place, in_s3 in list(places.items())[:_LINKS]:
        st.page_link(
            "pages/investigate.py",
            label=f"Ask {'S3' if in_s3 else 'CloudWatch Logs'} ({plain(place)}): who uses port 22?",
            icon=":material/manage_search:",
            query_params={"source": source, "path": place, "q": ":22"},
        )
    if len(places) > _LINKS:
        st.markdown(gray(f"All {len(places)} places are on the Investigate page."))


def amiss(healths: tuple[Health, ...]) -> None:
    """Of what does not deliver, how long it has been, the cause and its repair, in full: a table's cell shows the beginning."""
    for one in healths:
        if one.state != "delivering":
            said = f"{one.flow_log.id}: {one.sentence} {one.repair}".rstrip()
            st.markdown(f":orange[{plain(said)}]" if one.repair else gray(said))


def table(healths: tuple[Health, ...], called: str, *, of_one_setup: bool = False) -> None:
    """Flow logs with how each does, under the name that a person hears who does not see it."""
    frame = pd.DataFrame([_row(one) for one in healths])
    st.dataframe(
        frame.drop(columns="Setup") if of_one_setup else frame,
        hide_index=True,
        column_config={
            "State": st.column_config.TextColumn(width=75),
            "How it does": st.column_config.TextColumn(width=350),
        },
        alt=called,
    )


def _row(one: Health) -> dict[str, str]:
    settings = one.flow_log.settings
    tokens = presets.fields_of(settings.log_format)
    named = next((name for name, fields in presets.PRESETS.items() if fields == tokens), f"{len(tokens)} fields")
    return {
        "State": one.state,
        "How it does": one.sentence,
        "Flow log": one.flow_log.id,
        "Records": settings.resource,
        "To": settings.destination,
        "Format": named,
        "Setup": tag_value(settings.tags) or "not FlowInsight's",
    }
