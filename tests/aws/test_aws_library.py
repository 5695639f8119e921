"""A library under a prefix of a bucket: saved, listed from beginnings, read, linked to, deleted; and what is refused."""

import json
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any
from urllib.error import HTTPError
from urllib.parse import parse_qs, urlsplit

import pytest

from flowinsight import aws, library, snapshots
from flowinsight.errors import AwsError, DeniedError
from flowinsight.examples import EXAMPLES
from flowinsight.fetchers import files
from flowinsight.grammar import parse
from flowinsight.investigation import investigate
from flowinsight.library import Bucket
from flowinsight.question import Question
from flowinsight.snapshots import Circumstances, Snapshot, SnapshotError
from flowinsight.sources import S3Objects
from tests.aws.conftest import ANYONE, NOON

NAME = "larkfield-snapshots"
PLACE = S3Objects(NAME, "network/")


@pytest.fixture(scope="module")
def made() -> Snapshot:
    loaded = files.load(EXAMPLES[0].source)
    found = investigate(Question(filters=parse(":22")), loaded)
    return snapshots.freeze(found, loaded, snapshots.Origin(), Circumstances(NOON, note="who was it?"))


@pytest.fixture(scope="module")
def s3(identity: aws.Identity) -> Any:
    client = aws.client(identity, "s3")
    client.create_bucket(Bucket=NAME, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    return client


@pytest.fixture
def kept(s3: Any) -> Iterator[Bucket]:
    yield Bucket(s3, PLACE)
    for one in s3.list_objects_v2(Bucket=NAME).get("Contents", ()):
        s3.delete_object(Bucket=NAME, Key=one["Key"])


def silent(*_: int) -> None:
    """Nobody listens to how far it is."""


def test_a_snapshot_is_saved_listed_read_and_deleted(kept: Bucket, s3: Any, made: Snapshot) -> None:
    kept.save(library.name_for(made), snapshots.packed(made))
    s3.put_object(Bucket=NAME, Key="network/notes.txt", Body=b"x")
    s3.put_object(Bucket=NAME, Key="network/deeper/other.flowsnap", Body=b"x")
    (entry,) = kept.listing().entries
    found = library.described(kept, entry).front

    assert kept.place_of(entry) == f"s3://{NAME}/network/{library.name_for(made)}"
    assert found is not None
    assert (found.id, found.facts.note) == (made.id, "who was it?")

    heard: list[tuple[int, int]] = []
    content = kept.content(entry, lambda *how: heard.append(how))
    assert library.opened(content, entry.name).parts == made.parts
    assert heard[-1] == (entry.size, entry.size)

    kept.delete(entry)
    assert kept.listing().entries == ()


def test_a_list_asks_for_the_beginning_of_a_file_alone(kept: Bucket, s3: Any) -> None:
    s3.put_object(Bucket=NAME, Key="network/large.flowsnap", Body=b"PK" + bytes(1 << 20))
    s3.put_object(Bucket=NAME, Key="network/empty.flowsnap", Body=b"")
    found = {one.name: one for one in kept.listing().entries}

    assert len(kept.beginning(found["large.flowsnap"], 1000)) == 1000
    assert library.described(kept, found["large.flowsnap"]).problem.startswith("large.flowsnap ")
    assert library.described(kept, found["empty.flowsnap"]).problem.startswith("empty.flowsnap is not a snapshot")


def test_more_names_than_a_request_lists_come_page_by_page(
    kept: Bucket, s3: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        kept.save(f"{number}.flowsnap", b"x")
    small = {"list_objects_v2": lambda **asked: s3.list_objects_v2(MaxKeys=2, **{k: v for k, v in asked.items() if v})}
    paged = Bucket(type("Paged", (), {name: staticmethod(call) for name, call in small.items()}), PLACE)

    assert sorted(one.name[0] for one in paged.listing().entries) == list("01234")
    monkeypatch.setattr("flowinsight.library.bucket.MOST_LISTED", 3)
    cut = paged.listing()
    assert len(cut.entries) == 4
    assert not cut.whole


def test_what_is_there_is_not_overwritten_and_what_changed_is_not_read(kept: Bucket, s3: Any) -> None:
    kept.save("one.flowsnap", b"first")
    (entry,) = kept.listing().entries
    with pytest.raises(SnapshotError, match="is there already, and is left as it is"):
        kept.save("one.flowsnap", b"second")

    s3.put_object(Bucket=NAME, Key="network/one.flowsnap", Body=b"third")
    with pytest.raises(AwsError, match="Could not read s3://larkfield-snapshots/network/one"):
        kept.content(entry, silent)


def test_a_link_is_read_by_anybody_until_it_expires(kept: Bucket, identity: aws.Identity, made: Snapshot) -> None:
    kept.save("one.flowsnap", snapshots.packed(made))
    link = aws.presigned(identity, NAME, kept.key("one.flowsnap"), kept.region(), 3600, "one.flowsnap")

    asked = parse_qs(urlsplit(link).query)
    assert asked["X-Amz-Expires"] == ["3600"]
    assert asked["X-Amz-Algorithm"] == ["AWS4-HMAC-SHA256"]
    assert "X-Amz-Security-Token" not in asked
    with urllib.request.urlopen(link) as answer:
        assert answer.headers["Content-Disposition"] == 'attachment; filename="one.flowsnap"'
        assert library.opened(answer.read(), "link").id == made.id
    with pytest.raises(HTTPError):
        urllib.request.urlopen(link.replace("one.flowsnap?", "two.flowsnap?"))


def test_a_link_of_a_role_carries_the_token_it_ends_with(kept: Bucket, identity: aws.Identity) -> None:
    iam = aws.client(identity, "iam")
    made = iam.create_role(RoleName="linker", AssumeRolePolicyDocument=json.dumps(ANYONE))
    assumed = aws.Identity(
        role_arn=made["Role"]["Arn"], region=identity.region, endpoint_url=identity.endpoint_url,
        sandbox_account=identity.sandbox_account,
    )  # fmt: skip
    link = aws.presigned(assumed, NAME, "network/one.flowsnap", kept.region(), 60, "one.flowsnap")

    assert "X-Amz-Security-Token" in parse_qs(urlsplit(link).query)


@pytest.mark.parametrize(
    ("call", "missing", "act"),
    [
        ("ListObjectsV2", "s3:ListBucket", lambda one, _: one.listing()),
        ("GetObject", "s3:GetObject", library.described),
        ("GetObject", "s3:GetObject", lambda one, entry: one.content(entry, silent)),
        ("PutObject", "s3:PutObject", lambda one, _: one.save("new.flowsnap", b"x")),
        ("DeleteObject", "s3:DeleteObject", lambda one, entry: one.delete(entry)),
        ("HeadBucket", "s3:ListBucket", lambda one, _: one.region()),
    ],
    ids=["list", "describe", "read", "save", "delete", "find the region"],
)
def test_what_is_denied_names_the_permission_that_is_missing(
    kept: Bucket, fault: Callable[..., Any], call: str, missing: str, act: Callable[..., Any]
) -> None:
    kept.save("one.flowsnap", b"x")
    (entry,) = kept.listing().entries
    fault(kind="error", action=call, times=1, code="AccessDenied", message="Access Denied", status=403)

    with pytest.raises(DeniedError, match=f"the permission {missing} is missing") as raised:
        act(kept, entry)
    assert raised.value.action == missing
