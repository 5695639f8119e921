"""Ordered faults arrive as boto3 knows them, in each protocol's envelope."""

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError, EndpointConnectionError

from flowinsight.sandbox.running import SandboxError

CALLS: dict[str, tuple[str, str]] = {
    "ec2": ("describe_vpcs", "DescribeVpcs"),
    "logs": ("describe_log_groups", "DescribeLogGroups"),
    "s3": ("list_buckets", "ListBuckets"),
    "iam": ("list_roles", "ListRoles"),
    "sts": ("get_caller_identity", "GetCallerIdentity"),
}
CODES = (
    (
        "throttling",
        {"ec2": "RequestLimitExceeded", "logs": "ThrottlingException", "s3": "SlowDown", "iam": "Throttling"},
    ),
    (
        "server-error",
        {"ec2": "InternalError", "logs": "InternalFailure", "s3": "InternalError", "iam": "InternalFailure"},
    ),
    ("unavailable", {"ec2": "Unavailable", "logs": "ServiceUnavailableException", "s3": "ServiceUnavailable"}),
    (
        "denied",
        {"ec2": "UnauthorizedOperation", "logs": "AccessDeniedException", "s3": "AccessDenied"},
    ),
    (
        "expired-token",
        {"ec2": "RequestExpired", "logs": "ExpiredTokenException", "s3": "ExpiredToken"},
    ),
)
EVERY = [(kind, service, code) for kind, codes in CODES for service, code in codes.items()]


@pytest.fixture
def fault(sandbox: Any) -> Iterator[Callable[..., Any]]:
    yield lambda **rule: sandbox.control("faults", rule)
    sandbox.control("faults", method="DELETE")


@pytest.mark.parametrize(("kind", "service", "code"), EVERY, ids=[f"{kind}-{service}" for kind, service, _ in EVERY])
def test_a_fault_has_the_code_of_its_service(
    kind: str,
    service: str,
    code: str,
    client: Callable[..., Any],
    fault: Callable[..., Any],
    refused: Callable[..., Any],
) -> None:
    method, action = CALLS[service]
    fault(kind=kind, service=service, action=action, times=1)
    call = getattr(client(service), method)
    assert refused(code, call)["Message"]
    call()


def test_standard_retries_recover_from_throttling(
    client: Callable[..., Any], fault: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("botocore.retries.standard.ExponentialBackoff.delay_amount", lambda *_: 0)
    fault(kind="throttling", service="ec2", action="DescribeVpcs", times=2)
    answer = client("ec2", attempts=4).describe_vpcs()
    assert answer["ResponseMetadata"]["RetryAttempts"] == 2


def test_a_fault_concerns_only_its_call(
    client: Callable[..., Any], fault: Callable[..., Any], refused: Callable[..., Any]
) -> None:
    fault(kind="denied", service="logs", action="DescribeLogGroups")
    client("logs").describe_resource_policies()
    client("ec2").describe_vpcs()
    for _ in range(3):
        refused("AccessDeniedException", client("logs").describe_log_groups)


def test_a_probability_strikes_some_of_the_calls(
    client: Callable[..., Any], fault: Callable[..., Any], sandbox: Any
) -> None:
    fault(kind="throttling", service="sts", probability=0.5)
    after = max((entry["number"] for entry in sandbox.control("calls")), default=0)
    for _ in range(20):
        with suppress(ClientError):
            client("sts").get_caller_identity()
    outcomes = {entry["error"] for entry in sandbox.control(f"calls?after={after}")}
    assert outcomes == {None, "Throttling"}


def test_any_error_can_be_ordered_in_its_own_words(
    client: Callable[..., Any], fault: Callable[..., Any], refused: Callable[..., Any]
) -> None:
    fault(
        kind="error",
        service="logs",
        action="CreateLogGroup",
        code="LimitExceededException",
        status=400,
        message="Full.",
    )
    assert refused("LimitExceededException", client("logs").create_log_group, logGroupName="/x")["Message"] == "Full."


def test_latency_delays_and_a_timeout_ends_without_an_answer(
    client: Callable[..., Any], fault: Callable[..., Any]
) -> None:
    fault(kind="latency", service="ec2", seconds=0.2, times=1)
    began = time.monotonic()
    client("ec2").describe_vpcs()
    assert time.monotonic() - began >= 0.2
    fault(kind="timeout", service="ec2", times=1)
    with pytest.raises((ConnectionClosedError, EndpointConnectionError)):
        client("ec2").describe_vpcs()
    client("ec2").describe_vpcs()


def test_rules_are_listed_and_wrong_ones_refused_with_a_sentence(sandbox: Any, fault: Callable[..., Any]) -> None:
    fault(kind="throttling", service="ec2", times=3)
    assert [(rule["kind"], rule["times"]) for rule in sandbox.control("faults")] == [("throttling", 3)]
    with pytest.raises(SandboxError, match="kind is one of"):
        fault(kind="earthquake")
    with pytest.raises(SandboxError, match="needs a kind"):
        fault(service="ec2")
    wrong = {"probability": 2, "times": "2", "seconds": -1, "status": "abc", "service": 3, "message": ["x"]}
    for name, value in wrong.items():
        with pytest.raises(SandboxError, match=f"A fault's {name} is"):
            fault(**{"kind": "denied", name: value})
