"""IAM and S3 where moto is more lenient than AWS: trust policies, attached policies, bucket policies, bucket defaults."""

import re
from typing import Any, ClassVar

from moto.iam.access_control import PermissionResult
from moto.iam.models import IAMBackend, Role
from moto.iam.policy_validation import IAMTrustPolicyDocumentValidator
from moto.s3.models import FakeBucket, S3Backend
from moto.s3.utils import bucket_policy_is_public

from flowinsight.sandbox import refusals
from flowinsight.sandbox.permissions import Ask, Verdict, decide, parse
from flowinsight.sandbox.policy_text import bucket_policy_problem, trust_policy_problem
from flowinsight.sandbox.world import World


class SandboxIAM(IAMBackend):
    """One account's identities."""

    world: ClassVar[World]
    __module__ = "moto.iam.models"  # moto finds a backend's URLs through its module's name

    def create_role(self, role_name: str, assume_role_policy_document: str, *args: Any, **kwargs: Any) -> Role:  # noqa: ANN401 - moto's
        _check_trust(assume_role_policy_document)
        role = super().create_role(role_name, assume_role_policy_document, *args, **kwargs)
        role.create_date = self.world.clock.utc()
        return role

    def update_assume_role_policy(self, role_name: str, policy_document: str) -> None:
        _check_trust(policy_document)
        super().update_assume_role_policy(role_name, policy_document)

    def delete_policy(self, policy_arn: str) -> None:
        policy = self.get_policy(policy_arn)
        if policy.attachment_count:
            raise refusals.iam("policy-attached", "Cannot delete a policy attached to entities.")
        if len(policy.versions) > 1:
            message = "This policy has more than one version. Before you delete a policy, you must delete the policy's"
            raise refusals.iam(
                "policy-attached", f"{message} versions. The default version is deleted with the policy."
            )
        super().delete_policy(policy_arn)


class SandboxBucket(FakeBucket):
    """A bucket whose policy is read with its conditions. The sandbox's own HTTP counts as secure transport: nobody listens."""

    __module__ = "moto.s3.models"

    def get_permission(self, action: str, resource: str) -> PermissionResult:
        ask = Ask(action, resource, context={"aws:SecureTransport": "true"})
        return _PERMISSIONS[decide([parse(self.policy)], ask)]


_PERMISSIONS: dict[Verdict, PermissionResult] = {
    "allow": PermissionResult.PERMITTED,
    "deny": PermissionResult.DENIED,
    "none": PermissionResult.NEUTRAL,
}


class SandboxS3(S3Backend):
    """One account's buckets."""

    world: ClassVar[World]
    __module__ = "moto.s3.models"

    def create_bucket(self, bucket_name: str, *args: Any, **kwargs: Any) -> FakeBucket:  # noqa: ANN401 - moto's
        if not _BUCKET_NAME.fullmatch(bucket_name) or ".." in bucket_name:
            raise refusals.s3("bucket-name", "The specified bucket is not valid.")
        bucket = super().create_bucket(bucket_name, *args, **kwargs)
        bucket.creation_date = self.world.clock.utc()
        self.put_public_access_block(bucket_name, dict.fromkeys(_PUBLIC_ACCESS, "true"))
        algorithm = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
        self.put_bucket_encryption(bucket_name, {"Rule": algorithm})
        bucket.ownership_rule = _OWNERSHIP
        return bucket

    def put_bucket_tagging(self, bucket_name: str, tags: dict[str, Any]) -> None:
        """Moto reads an empty value as none at all."""
        super().put_bucket_tagging(bucket_name, {key: value or "" for key, value in tags.items()})

    def put_bucket_policy(self, bucket_name: str, policy: bytes) -> None:
        bucket = self.get_bucket(bucket_name)
        problem = bucket_policy_problem(policy.decode("utf-8", "replace"), bucket_name)
        if problem:
            raise refusals.s3("bucket-policy", problem)
        block = bucket.public_access_block
        if bucket_policy_is_public(policy) and block is not None and str(block.block_public_policy).lower() == "true":
            message = "Access Denied: the policy is public and the BlockPublicPolicy block public access setting is on."
            raise refusals.s3("bucket-policy-public", message)
        super().put_bucket_policy(bucket_name, policy)


_BUCKET_NAME = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_OWNERSHIP: Any = "BucketOwnerEnforced"  # moto declares a dict and keeps the text
_PUBLIC_ACCESS = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")


def _check_trust(text: str) -> None:
    IAMTrustPolicyDocumentValidator(text).validate()
    problem = trust_policy_problem(text)
    if problem:
        raise refusals.iam("trust-text", problem)
