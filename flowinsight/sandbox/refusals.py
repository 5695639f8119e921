"""Errors of the AWS calls: the code comes from the rule, the sentence from the place that knows what was asked."""

from moto.core.exceptions import JsonRESTError
from moto.ec2.exceptions import EC2ClientError
from moto.iam.exceptions import IAMException
from moto.s3.exceptions import S3ClientError

from flowinsight.sandbox.rules import RULES


def _code(rule: str) -> str:
    code = RULES[rule].code
    assert code, f"the rule {rule} refuses nothing"
    return code


def ec2(rule: str, message: str) -> EC2ClientError:
    return EC2ClientError(_code(rule), message)


def logs(rule: str, message: str) -> JsonRESTError:
    return JsonRESTError(_code(rule), message)


def iam(rule: str, message: str) -> IAMException:
    return IAMException(_code(rule), message)


def s3(rule: str, message: str) -> S3ClientError:
    return S3ClientError(_code(rule), message)


def invalid_value(value: object, at: str, constraint: str) -> str:
    """Return the sentence AWS's JSON services use for a value outside its constraint."""
    return f"1 validation error detected: Value '{value}' at '{at}' failed to satisfy constraint: {constraint}"
