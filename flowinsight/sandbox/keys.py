"""KMS keys: named by ARN as well as by id, and whether a service may encrypt with one.

Sources: KMS API reference (KeyId takes an id or an ARN); CloudWatch Logs guide, encrypt-log-data-kms; VPC guide,
flow-logs-s3-cmk-policy.
"""

from collections.abc import Mapping
from typing import ClassVar

from moto.kms.models import KmsBackend, kms_backends

from flowinsight.sandbox.permissions import Ask, Principal, decide, parse
from flowinsight.sandbox.world import World


class SandboxKMS(KmsBackend):
    """One account and region of keys; moto knows a key's ARN in some calls and fails on it in these."""

    world: ClassVar[World]
    __module__ = "moto.kms.models"  # moto finds a backend's URLs through its module's name

    def disable_key(self, key_id: str) -> None:
        super().disable_key(self.get_key_id(key_id))

    def enable_key(self, key_id: str) -> None:
        super().enable_key(self.get_key_id(key_id))

    def schedule_key_deletion(self, key_id: str, pending_window_in_days: int) -> float:
        return super().schedule_key_deletion(self.get_key_id(key_id), pending_window_in_days)

    def cancel_key_deletion(self, key_id: str) -> None:
        super().cancel_key_deletion(self.get_key_id(key_id))


def may_encrypt(key_arn: str, service: str, context: Mapping[str, str]) -> bool:
    """Say whether the key exists, is enabled, and its policy lets the service encrypt with it in this context."""
    parts = key_arn.split(":")
    if len(parts) != 6 or not parts[5].startswith("key/"):
        return False
    key = kms_backends[parts[4]][parts[3]].keys.get(parts[5].removeprefix("key/"))
    if key is None or not key.enabled:
        return False
    return (
        decide([parse(key.policy)], Ask("kms:GenerateDataKey", key_arn, Principal(service=service), context)) == "allow"
    )


def may_encrypt_group(key_arn: str, group_arn: str) -> bool:
    """Say whether CloudWatch Logs may encrypt a log group's events with the key."""
    region = group_arn.split(":")[3]
    context = {"kms:EncryptionContext:aws:logs:arn": group_arn}
    return may_encrypt(key_arn, f"logs.{region}.amazonaws.com", context)
