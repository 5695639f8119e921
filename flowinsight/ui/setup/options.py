"""How long records are kept, and what is named, encrypted or brought along: everything with a default that works."""

from dataclasses import dataclass
from typing import Any

import streamlit as st

from flowinsight.provision.refusals import SetupError
from flowinsight.provision.settings import Tags
from flowinsight.provision.wanted import RETENTION_DAYS, BucketWanted, Destination, GroupWanted, RoleWanted


@dataclass(frozen=True)
class Kept:
    """Days that records stay in a log group, and objects in a bucket; None is for ever."""

    group: int | None
    objects: int | None


def draw(destination: Destination, kept: Kept) -> dict[str, Any]:
    """The parts of a wish: group, role, bucket and tags. SetupError when one of them cannot be."""
    with st.expander("Names, encryption, tags, and what you bring along"):
        group, role = GroupWanted(retention_days=kept.group), RoleWanted()
        bucket = BucketWanted(expire_days=kept.objects)
        if destination != "s3":
            group, role = _group(kept.group), _role()
        if destination != "cloudwatch":
            bucket = _bucket(kept.objects)
        tags = _tags()
    return {"group": group, "role": role, "bucket": bucket, "tags": tags}


def retention(destination: Destination) -> Kept:
    """How long each destination keeps what it is given."""
    group: int | None = 30
    objects = 90
    if destination != "s3":
        group = st.selectbox(
            "Kept in CloudWatch", [*RETENTION_DAYS, None], RETENTION_DAYS.index(30), format_func=_days,
            key="setup_retention", persist_state="session", width=150,
        )  # fmt: skip
    if destination != "cloudwatch":
        objects = st.number_input(
            "Kept in S3, days", 0, 36500, 90, key="setup_expiry", persist_state="session", width=150, help="0: for ever"
        )
    return Kept(group, int(objects) or None)


def _days(days: int | None) -> str:
    return "for ever" if days is None else "1 day" if days == 1 else f"{days:,} days"


def _text(label: str, key: str, empty: str) -> str | None:
    value = st.text_input(label, key=key, placeholder=empty, persist_state="session")
    return value.strip() or None if value else None


def _group(days: int | None) -> GroupWanted:
    left, right = st.columns(2)
    with left:
        name = _text("Log group", "setup_group", "named after the setup and its format")
    with right:
        key = _text("KMS key of the log group (ARN)", "setup_group_key", "AWS's own encryption")
    return GroupWanted(name, days, key)


def _role() -> RoleWanted:
    left, right = st.columns(2)
    with left:
        arn = _text("Role of your own (ARN)", "setup_own_role", "none: one is made")
        path = _text("Path of the role", "setup_role_path", "/")
    with right:
        name = _text("Name of the role", "setup_role_name", "named after the setup")
        boundary = _text("Permissions boundary (policy ARN)", "setup_boundary", "none")
    return RoleWanted(name, arn, path or "/", boundary)


def _bucket(days: int | None) -> BucketWanted:
    left, right = st.columns(2)
    with left:
        name = _text("Bucket", "setup_bucket", "named after the setup, account and region")
        key = _text("KMS key of the bucket (ARN)", "setup_bucket_key", "S3's own encryption")
        hive = st.toggle("Hive-compatible folders", key="setup_hive", persist_state="session")
    with right:
        prefix = _text("Folder in the bucket", "setup_prefix", "named after the setup and its format")
        parquet = st.toggle("Parquet instead of text", value=True, key="setup_parquet", persist_state="session")
        hourly = st.toggle("A folder for each hour", value=True, key="setup_hourly", persist_state="session")
    return BucketWanted(name, prefix, "parquet" if parquet else "plain-text", hive, hourly, days, key)


def _tags() -> Tags:
    text = st.text_area(
        "Tags, one a line", key="setup_tags", placeholder="cost-centre=17", height=80, persist_state="session"
    )
    pairs = [line.partition("=") for line in (text or "").splitlines() if line.strip()]
    for key, equals, _ in pairs:
        if not equals:
            raise SetupError(f"{key} is not a tag: write key=value.")
    return tuple((key.strip(), value.strip()) for key, _, value in pairs)
