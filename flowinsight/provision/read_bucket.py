"""Read a bucket: seven calls, because S3 has one for each setting."""

from typing import Any

from flowinsight.errors import AwsError, DeniedError
from flowinsight.provision import documents
from flowinsight.provision.account import Account
from flowinsight.provision.deployed import Bucket
from flowinsight.provision.settings import BucketSettings, Tags

_ABSENT = {
    "NoSuchTagSet", "NoSuchTagSetError", "NoSuchBucketPolicy", "NoSuchLifecycleConfiguration",
    "ServerSideEncryptionConfigurationNotFoundError", "NoSuchPublicAccessBlockConfiguration",
    "OwnershipControlsNotFoundError",
}  # fmt: skip
_NO_BUCKET = {"404", "NoSuchBucket", "NotFound"}


def read_bucket(account: Account, name: str) -> Bucket | None:
    """The bucket, None where there is none; without settings where another account owns it."""
    try:
        account.call(
            "s3",
            "get_bucket_location",
            f"ask whose the bucket {name} is",
            Bucket=name,
            ExpectedBucketOwner=account.place.account,
        )
    except DeniedError:
        return Bucket(name, None)
    except AwsError as error:
        if error.code in _NO_BUCKET:
            return None
        raise
    settings = BucketSettings(
        name,
        _public_access_blocked(account, name),
        _ownership(account, name),
        _key(account, name),
        _ask(account, name, "get_bucket_policy", "policy").get("Policy", ""),
        _lifecycle(account, name),
        _tags(account, name),
    )
    return Bucket(name, settings, account.audit.sent_bucket(account.place.account, name))


def _ask(account: Account, name: str, operation: str, what: str) -> dict[str, Any]:
    """What S3 answers, nothing where the setting was never made."""
    try:
        return account.call("s3", operation, f"read the {what} of the bucket {name}", Bucket=name)
    except AwsError as error:
        if error.code in _ABSENT:
            return {}
        raise


def _public_access_blocked(account: Account, name: str) -> bool:
    found = _ask(account, name, "get_public_access_block", "public access block").get(
        "PublicAccessBlockConfiguration", {}
    )
    names = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
    return all(found.get(one) is True for one in names)


def _ownership(account: Account, name: str) -> str:
    rules = _ask(account, name, "get_bucket_ownership_controls", "ownership").get("OwnershipControls", {})
    return str(next((rule["ObjectOwnership"] for rule in rules.get("Rules", [])), "ObjectWriter"))


def _key(account: Account, name: str) -> str | None:
    found = _ask(account, name, "get_bucket_encryption", "encryption").get("ServerSideEncryptionConfiguration", {})
    default: dict[str, Any] = next(
        (rule.get("ApplyServerSideEncryptionByDefault", {}) for rule in found.get("Rules", [])), {}
    )
    if not str(default.get("SSEAlgorithm", "")).startswith("aws:kms"):
        return None
    return str(default.get("KMSMasterKeyID", "alias/aws/s3"))


def _lifecycle(account: Account, name: str) -> str:
    rules = _ask(account, name, "get_bucket_lifecycle_configuration", "lifecycle").get("Rules", [])
    return documents.text(rules)


def _tags(account: Account, name: str) -> Tags:
    found = _ask(account, name, "get_bucket_tagging", "tags").get("TagSet", [])
    return tuple(sorted((item["Key"], item["Value"]) for item in found))
