"""Which library is looked at: a folder of this machine, or a prefix of a bucket, as whom. It stays in sight, and is kept."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import streamlit as st

from flowinsight import aws, paths
from flowinsight.errors import AwsError
from flowinsight.library import Bucket, Folder, Library
from flowinsight.sources import S3Objects
from flowinsight.ui import accounts, login
from flowinsight.ui.accounts import Account
from flowinsight.ui.plain import gray, plain

FOLDER = "Folder of this machine"
_PLACE, _FOLDER, _BUCKET = "library_place", "library_folder", "library_bucket"
_KEPT: Literal["session"] = "session"
_SANDBOX_BUCKET = "snapshots-of-{account}"


@dataclass(frozen=True)
class Whereabouts:
    """A library, what tells it (and who looks at it) from every other one, and the account it is in, if any."""

    library: Library
    key: str
    account: Account | None = None

    @property
    def said(self) -> str:
        """The place and the account, for a button."""
        return self.library.where + (f" in account {self.account.caller.account}" if self.account else "")


def choose() -> Whereabouts | None:
    """The sidebar's choice; None while there is none, of which the page tells."""
    with st.sidebar:
        name = st.radio("Library", (FOLDER, *accounts.SOURCES), key="library_source", persist_state=_KEPT)
        if name == FOLDER:
            return _folder()
        account = accounts.choose(name)
        place = _place() if account else None
    if account is None:
        accounts.welcome(name)
        return None
    accounts.badge(account, place.label if place else "")
    if place is None:
        _welcome(account)
        return None
    found = Whereabouts(Bucket(aws.client(account.identity, "s3"), place), f"{account.key} {place.label}", account)
    st.session_state[_BUCKET] = found
    return found


def usual() -> Whereabouts:
    """The folder where snapshots are kept where nothing else is said."""
    return _of(paths.snapshots_folder())


def bucket() -> Whereabouts | None:
    """The place in S3 that this visit looked at last."""
    found: Whereabouts | None = st.session_state.get(_BUCKET)
    return found


def _of(path: Path) -> Whereabouts:
    return Whereabouts(Folder(path), str(path))


def _folder() -> Whereabouts:
    """Where others can log in, nobody chooses which folders of this machine are read."""
    if login.configured():
        return usual()
    where = st.text_input("Folder", value=str(paths.snapshots_folder()), key=_FOLDER, persist_state=_KEPT)
    return _of(Path(where).expanduser()) if where.strip() else usual()


def _place() -> S3Objects | None:
    text = st.text_input(
        "Place in S3", key=_PLACE, placeholder="s3://bucket/prefix/", persist_state=_KEPT,
        help="A prefix that is read needs s3:ListBucket and s3:GetObject; saving s3:PutObject, deleting s3:DeleteObject.",
    )  # fmt: skip
    return S3Objects.parse(text.strip()) if text.strip() else None


def _welcome(account: Account) -> None:
    with st.container(border=True, key="card_welcome"):
        st.markdown("#### Which place in S3?")
        st.markdown(
            "Type a bucket and a prefix at the left, such as `s3://bucket/snapshots/`. Whoever may read and write there, by "
            "your company's own permissions, finds the same snapshots."
        )
        if account.identity.is_sandbox:
            name = _SANDBOX_BUCKET.format(account=account.caller.account)
            st.button(
                f"Create the bucket {plain(name)}", key="library_bucket_create", type="primary", on_click=_create,
                args=(account.identity, account.region, name),
            )  # fmt: skip


def _create(identity: aws.Identity, region: str, name: str) -> None:
    """In the sandbox alone: elsewhere a bucket is its owner's to make."""
    s3 = aws.client(identity, "s3")
    try:
        with aws.translated(doing=f"create the bucket {name}"):
            s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": region})
    except AwsError as error:
        if error.code != "BucketAlreadyOwnedByYou":
            st.session_state["library_said"] = str(error)
            return
    st.session_state[_PLACE] = f"s3://{name}/"


def told() -> None:
    """What the last action came to."""
    said = st.session_state.pop("library_said", "")
    if said:
        st.markdown(gray(said))
