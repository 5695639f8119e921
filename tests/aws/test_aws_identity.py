"""Who asks, and the clients that ask."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from flowinsight import aws
from flowinsight.errors import AwsError, DeniedError, ExpiredError
from flowinsight.fetchers import live
from flowinsight.sandbox import running
from flowinsight.sandbox.running import Running

VERSION = "2012-10-17"
ROLE = "arn:aws:iam::111122223333:role/looker"
ANYONE = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}],
}


@pytest.mark.parametrize(
    ("parts", "sentence"),
    [
        ({"role_arn": "looker"}, "looker is not the ARN of a role"),
        ({"role_arn": ROLE, "external_id": "no spaces"}, "This is not an external id"),
        ({"external_id": "partner-7"}, "belongs to a role"),
        ({"region": "Frankfurt"}, "Frankfurt is not a region"),
        ({"endpoint_url": "logs.example"}, "An endpoint is a URL"),
        ({"endpoint_url": "https://me:secret@logs.example"}, "without a password"),
        ({"sandbox_account": "111122223333"}, "needs the address"),
        ({"sandbox_account": "111122223333", "endpoint_url": "https://logs.example"}, "on this machine"),
        ({"label": "Sandbox"}, "kept for the sandbox"),
    ],
)
def test_an_identity_with_a_wrong_part_cannot_be_made(parts: dict[str, Any], sentence: str) -> None:
    with pytest.raises(AwsError, match=sentence) as caught:
        aws.Identity(**parts)
    assert "secret" not in str(caught.value)


def test_an_identity_says_what_it_is_without_saying_the_external_id() -> None:
    identity = aws.Identity("work", ROLE, "partner-7")
    assert identity.label == "looker"
    assert "partner-7" not in repr(identity)
    assert aws.Identity("work").label == "work"
    assert aws.Identity().label == "default credentials"


def test_the_sandbox_is_labelled_and_nothing_else_may_be(identity: aws.Identity) -> None:
    assert (identity.label, identity.is_sandbox) == (aws.SANDBOX, True)
    with pytest.raises(AwsError, match="kept for the sandbox"):
        aws.Identity(endpoint_url=identity.endpoint_url, sandbox_account="111122223333", label="production")


def test_the_sandbox_keys_are_the_ones_the_sandbox_gives_out(sandbox: Running, identity: aws.Identity) -> None:
    sent = aws.client(identity, "sts")._request_signer._credentials
    assert (sent.access_key, sent.secret_key) == (running.key_of(running.ACCOUNT), running.SECRET_KEY)
    assert aws.whoami(identity) == aws.Caller("111122223333", "arn:aws:iam::111122223333:user/operator", "operator")
    other = aws.sandbox(sandbox.url, "444455556666")
    assert aws.client(other, "sts") is not aws.client(identity, "sts")


def test_the_sandbox_is_reached_whatever_this_machine_is_set_up_for(
    sandbox: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "missing")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAREALREALREAL")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "real")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "https://elsewhere.example")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    fresh = aws.sandbox(sandbox.url, region="eu-west-1")
    assert aws.whoami(fresh).account == "111122223333"


def test_a_shell_that_is_set_up_for_the_sandbox_asks_the_sandbox_and_says_so(
    sandbox: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID", raising=False)
    monkeypatch.setenv("AWS_ENDPOINT_URL", sandbox.url)
    assert live.identified() == aws.sandbox(sandbox.url)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", str(sandbox.credentials()["aws_access_key_id"]))
    assert live.identified().is_sandbox
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAOFSOMEBODYELSE00")
    assert not live.identified().is_sandbox, "somebody else in the sandbox stays somebody else"
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    assert not live.identified().is_sandbox


def test_a_role_is_assumed_with_its_external_id(sandbox: Running, identity: aws.Identity) -> None:
    made = aws.client(identity, "iam").create_role(RoleName="looker", AssumeRolePolicyDocument=json.dumps(ANYONE))
    assumed = aws.Identity(
        role_arn=made["Role"]["Arn"],
        external_id="partner-7",
        region="eu-central-1",
        endpoint_url=sandbox.url,
        sandbox_account="111122223333",
    )
    before = len(sandbox.control("calls"))
    assert aws.whoami(assumed).user == "looker/FlowInsight"
    assert [call["action"] for call in sandbox.control("calls")[before:]] == ["AssumeRole", "GetCallerIdentity"]


@pytest.mark.parametrize(
    ("session", "person"),
    [
        ("botocore-session-1795176000", "assumed-role/looker"),
        ("erin@example.org", "assumed-role/looker/erin@example.org"),
    ],
)
def test_a_session_whose_name_is_made_up_is_the_same_person_in_every_process(session: str, person: str) -> None:
    caller = aws.Caller("111122223333", f"arn:aws:sts::111122223333:assumed-role/looker/{session}", f"looker/{session}")

    assert caller.person == f"arn:aws:sts::111122223333:{person}"


@pytest.fixture
def enforced(sandbox: Running) -> Iterator[None]:
    sandbox.control("settings", {"enforce_permissions": True})
    yield
    sandbox.control("settings", {"enforce_permissions": False})


@pytest.fixture(scope="module")
def partner(identity: aws.Identity) -> tuple[str, str]:
    """A role that asks for an external id, and the key of a user who may do everything."""
    iam, everything = aws.client(identity, "iam"), {"Effect": "Allow", "Action": "*", "Resource": "*"}
    trust = {
        "Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"sts:ExternalId": "partner-7"}},
    }  # fmt: skip
    role = iam.create_role(
        RoleName="partner", AssumeRolePolicyDocument=json.dumps({"Version": VERSION, "Statement": [trust]})
    )
    iam.create_user(UserName="reader")
    iam.put_user_policy(
        UserName="reader", PolicyName="all", PolicyDocument=json.dumps({"Version": VERSION, "Statement": [everything]})
    )
    key = iam.create_access_key(UserName="reader")["AccessKey"]
    return role["Role"]["Arn"], key["AccessKeyId"]


@pytest.mark.usefixtures("enforced")
@pytest.mark.parametrize(
    ("external_id", "role"),
    [(None, "partner"), ("partner-8", "partner"), ("partner-7", "missing"), ("partner-7", "partner")],
)
def test_a_role_that_cannot_be_assumed_is_told_with_everything_that_may_be_why(
    sandbox: Running, partner: tuple[str, str], monkeypatch: pytest.MonkeyPatch, external_id: str | None, role: str
) -> None:
    arn, key = partner
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", key)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    wanted = arn.replace("partner", role)
    asking = aws.Identity(
        role_arn=wanted,
        external_id=external_id,
        region="eu-central-1",
        endpoint_url=sandbox.url,
        label=f"{external_id} {role}",
    )
    if (external_id, role) == ("partner-7", "partner"):
        assert aws.whoami(asking).user == "partner/FlowInsight"
        return
    with pytest.raises(
        DeniedError, match=f"the role {wanted} cannot be assumed. It does not exist, or does not trust who"
    ):
        aws.whoami(asking)


def test_a_profile_that_does_not_exist_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nowhere")
    with pytest.raises(AwsError, match="no profile missing"):
        aws.client(aws.Identity("missing", region="eu-central-1"), "ec2")
    assert aws.profiles() == ()


def test_no_credentials_and_no_region_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, "/nowhere")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    with pytest.raises(AwsError, match="no region is given"):
        aws.client(aws.Identity(label="bare"), "ec2")
    with pytest.raises(ExpiredError, match="Sign in first"):
        aws.whoami(aws.Identity(region="eu-central-1", label="bare"))
