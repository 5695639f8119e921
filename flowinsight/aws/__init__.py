"""AWS: who asks, clients that ask, and what went wrong in plain words. The only imports of boto3 and botocore are in here."""

from flowinsight.aws.clients import Caller, client, presigned, profiles, whoami
from flowinsight.aws.clock import clock_offset
from flowinsight.aws.failures import translated
from flowinsight.aws.identity import SANDBOX, Identity, sandbox

__all__ = [
    "SANDBOX",
    "Caller",
    "Identity",
    "client",
    "clock_offset",
    "presigned",
    "profiles",
    "sandbox",
    "translated",
    "whoami",
]
