"""Every error of AWS, translated once."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from flowinsight import aws
from flowinsight.errors import AwsError, DeniedError, ExpiredError, ThrottledError, UnreachableError


@pytest.mark.parametrize(
    ("kind", "expected", "sentence"),
    [
        ("throttling", ThrottledError, "asks for fewer requests"),
        ("server-error", UnreachableError, "an error of its own"),
        ("unavailable", UnreachableError, "an error of its own"),
        ("denied", DeniedError, "the permission ec2:DescribeFlowLogs is missing"),
        ("expired-token", ExpiredError, "credentials have expired"),
        ("timeout", UnreachableError, "did not answer"),
    ],
)
def test_a_fault_becomes_a_sentence_that_says_what_to_do(
    identity: aws.Identity,
    fault: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
    expected: type[AwsError],
    sentence: str,
) -> None:
    monkeypatch.setattr("botocore.retries.standard.ExponentialBackoff.delay_amount", lambda *_: 0)
    fault(kind=kind, service="ec2")
    with pytest.raises(expected, match=sentence) as caught, aws.translated(doing="list the flow logs"):
        aws.client(identity, "ec2").describe_flow_logs()
    assert type(caught.value) is expected
    assert str(caught.value).startswith("Could not list the flow logs: ")


@pytest.mark.usefixtures("impatient")
def test_a_short_fault_is_retried(identity: aws.Identity, fault: Callable[..., Any]) -> None:
    fault(kind="throttling", service="ec2", times=1)
    with aws.translated(doing="list the flow logs"):
        assert aws.client(identity, "ec2").describe_vpcs()["Vpcs"]


def test_the_missing_permission_is_named_as_aws_calls_it(identity: aws.Identity, fault: Callable[..., Any]) -> None:
    fault(kind="denied", service="s3")
    with pytest.raises(DeniedError) as caught, aws.translated(doing="list the objects"):
        aws.client(identity, "s3").list_objects_v2(Bucket="logs")
    assert caught.value.action == "s3:ListBucket"
    fault(kind="denied", service="tagging")
    with pytest.raises(DeniedError, match="tag:GetResources"), aws.translated(doing="look for tags"):
        aws.client(identity, "resourcegroupstaggingapi").get_resources()


def refusal(code: str, message: str, status: int = 400) -> ClientError:
    return ClientError(
        {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": status}}, "X"
    )


def test_what_aws_says_about_a_denial_is_kept() -> None:
    said = (
        "User: arn:aws:iam::111122223333:user/ana is not authorized to perform: logs:FilterLogEvents on resource: "
        "arn:aws:logs:eu-central-1:111122223333:log-group:/flow: because no identity-based policy allows the action"
    )
    with pytest.raises(DeniedError) as caught, aws.translated(doing="read the events"):
        raise refusal("AccessDeniedException", said)
    assert caught.value.action == "logs:FilterLogEvents"
    assert "log-group:/flow" in str(caught.value)
    assert "no identity-based policy" in str(caught.value)


def test_no_message_carries_a_credential() -> None:
    key, token = "AKIAIOSFODNN7EXAMPLE", "q" * 200
    for code in ("InvalidSomething", "SignatureDoesNotMatch", "AccessDenied"):
        with pytest.raises(AwsError) as caught, aws.translated(doing="look"):
            raise refusal(code, f"The string to sign was {key}/20261120 with {token}")
        assert key not in str(caught.value)
        assert token not in str(caught.value)


def test_other_refusals_keep_their_code_for_who_knows_what_to_do() -> None:
    sentence = r"Could not make it: It exists already \(FlowLogAlreadyExists\)\."
    with pytest.raises(AwsError, match=sentence) as caught, aws.translated(doing="make it"):
        raise refusal("FlowLogAlreadyExists", "It exists already.")
    assert caught.value.code == "FlowLogAlreadyExists"


def test_expired_credentials_are_read_anew_the_next_time(identity: aws.Identity, fault: Callable[..., Any]) -> None:
    before = aws.client(identity, "sts")
    fault(kind="expired-token", times=1)
    with pytest.raises(ExpiredError):
        aws.whoami(identity)
    assert aws.client(identity, "sts") is not before
    assert aws.whoami(identity).account == "111122223333"
