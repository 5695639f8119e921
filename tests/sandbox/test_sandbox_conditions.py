"""A bucket policy is read with its conditions: a denial of insecure transport denies nobody here, one without a condition all."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

INSECURE = {"Bool": {"aws:SecureTransport": "false"}}


def _denial(bucket: str, condition: dict[str, Any] | None) -> str:
    statement: dict[str, Any] = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": f"arn:aws:s3:::{bucket}/*",
    }
    return json.dumps(
        {"Version": "2012-10-17", "Statement": [statement | ({"Condition": condition} if condition else {})]}
    )


def _bucket(s3: Any, name: str, condition: dict[str, Any] | None) -> None:
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    s3.put_object(Bucket=name, Key="a", Body=b"content")
    s3.put_bucket_policy(Bucket=name, Policy=_denial(name, condition))


def test_a_bucket_that_denies_insecure_transport_can_be_read(
    client: Callable[..., Any], unique: Callable[[str], str]
) -> None:
    s3, name = client("s3"), unique("tls-only")
    _bucket(s3, name, INSECURE)

    assert s3.get_object(Bucket=name, Key="a")["Body"].read() == b"content"


def test_a_bucket_that_denies_everybody_cannot(client: Callable[..., Any], unique: Callable[[str], str]) -> None:
    s3, name = client("s3"), unique("denied")
    _bucket(s3, name, None)

    with pytest.raises(ClientError, match="AccessDenied"):
        s3.get_object(Bucket=name, Key="a")
