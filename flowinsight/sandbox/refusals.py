"""Errors of the AWS calls: the code comes from the rule, the sentence from the place that knows what was asked."""

from moto.core.exceptions import JsonRESTError
from moto.ec2.exceptions import EC2ClientError
from moto.iam.exceptions import IAMException
from moto.s3.exceptions import S3ClientError

from flowinsight.sandbox.rules import RULES


def ec2(rule: str, message: str) -> EC2ClientError:
    return EC2ClientError(RULES[rule].code, message)


def logs(rule: str, message: str) -> JsonRESTError:
    return JsonRESTError(RULES[rule].code, message)


def iam(rule: str, message: str) -> IAMException:
    return IAMException(RULES[rule].code, message)


def s3(rule: str, message: str) -> S3ClientError:
    return S3ClientError(RULES[rule].code, message)


def invalid_value(value: object, at: str, constraint: str) -> str:
    """Return the sentence AWS's JSON services use for a value outside its constraint."""
    return f"1 validation error detected: Value '{value}' at '{at}' failed to satisfy constraint: {constraint}"
