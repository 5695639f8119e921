"""Sharing a snapshot: a copy in another library, a link that expires, and a link that carries only the question."""

import time

import streamlit as st

from flowinsight import aws
from flowinsight.errors import FlowInsightError
from flowinsight.library import Bucket, Entry, Folder, name_for
from flowinsight.roles import utc
from flowinsight.snapshots import Snapshot
from flowinsight.ui import working
from flowinsight.ui.accounts import Account
from flowinsight.ui.library import holding, links, whereabouts
from flowinsight.ui.library.whereabouts import Whereabouts
from flowinsight.ui.plain import gray, plain

LASTING = {"1 hour": 3600, "1 day": 86400, "7 days": 7 * 86400}
"""Seconds by what a person chooses; S3 allows no more than seven days."""
_LINK, _SECONDS = "library_link", "library_link_lasts"
_TEMPORARY = "X-Amz-Security-Token="
"""In a link that was signed with temporary credentials."""


def draw(place: Whereabouts, entry: Entry, one: Snapshot, content: bytes) -> None:
    """Three ways, each with what it gives away."""
    with st.expander("Share", icon=":material/share:", key="library_share"):
        st.markdown(
            "**A link to the question alone.** It carries no record and no answer: whoever opens it asks their own logs."
        )
        st.code(links.to_question(one), language=None, wrap_lines=True)
        if isinstance(place.library, Bucket) and place.account is not None:
            _expiring(place.library, place.account, entry)
        _copying(place, one, content)


def _expiring(kept: Bucket, account: Account, entry: Entry) -> None:
    st.markdown("**A link to the file.** Whoever has it can read this snapshot, without an account, until it expires.")
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        st.segmented_control("It lasts", list(LASTING), key=_SECONDS, default="1 hour", required=True)
        st.button("Make the link", key="library_link_make", icon=":material/link:", on_click=_make,
                  args=(kept, account, entry))  # fmt: skip
    made: tuple[str, str, str] | None = st.session_state.get(_LINK)
    if made is not None and made[0] == kept.place_of(entry):
        st.code(made[1], language=None, wrap_lines=True)
        st.markdown(gray(made[2]))


def _make(kept: Bucket, account: Account, entry: Entry) -> None:
    seconds = LASTING[str(st.session_state[_SECONDS])]
    try:
        link = aws.presigned(
            account.identity, kept.place.bucket, kept.key(entry.name), kept.region(), seconds, entry.name
        )
        said = _ends(link, int(time.time()) + seconds, account)
    except FlowInsightError as error:
        link, said = "", str(error)
    st.session_state[_LINK] = (kept.place_of(entry), link, said)


def _ends(link: str, until: int, account: Account) -> str:
    said = f"It expires at {utc(until)} UTC"
    said += (
        ", or before that when the credentials of this role or session end, which is often within an hour to twelve hours."
        if _TEMPORARY in link
        else "."
    )
    said += " Deleting the snapshot ends it at once."
    return said + (" The sandbox answers on this machine alone." if account.identity.is_sandbox else "")


def _copying(place: Whereabouts, one: Snapshot, content: bytes) -> None:
    target = whereabouts.bucket() if isinstance(place.library, Folder) else whereabouts.usual()
    if target is None:
        st.markdown(gray("To keep a copy in S3, choose an account and a place at the left once, and come back here."))
        return
    st.markdown("**A copy in another library.** It is checked and byte for byte the same.")
    if st.button(f"Copy to {plain(target.said)}", key="library_copy", icon=":material/content_copy:"):
        keep(target, name_for(one), content)


def keep(target: Whereabouts, name: str, content: bytes) -> bool:
    """Save it there with progress, and say what came of it."""

    def work(job: working.Job) -> bool:
        job.said = f"Saving to {target.said}"
        target.library.save(name, content)
        return True

    try:
        working.done(working.Shelf(1), "save", f"save {target.key} {name}", work)
    except FlowInsightError as error:
        st.error(plain(error), icon=":material/error:")
        return False
    holding.look_again(target)
    st.markdown(gray(f"Saved to {target.said} as {name}."))
    return True
