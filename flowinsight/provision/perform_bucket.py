"""Create, change and delete a bucket. Tags come first: a bucket without the setup's tag is nobody's."""

from flowinsight.errors import AwsError
from flowinsight.provision import documents
from flowinsight.provision.account import Account
from flowinsight.provision.settings import BucketSettings, Tags

_EVERYTHING = {"tags", "public_access_blocked", "ownership", "key", "policy", "lifecycle"}
PUBLIC_ACCESS = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
WITHOUT_LOCATION = "us-east-1"
"""The one region that S3 does not want to be named. Source: S3 API reference, CreateBucket."""


def create_bucket(bucket: BucketSettings, account: Account) -> None:
    """Create a bucket of the account in its region and give it every setting."""
    tags = [{"Key": key, "Value": value} for key, value in bucket.tags]
    region = account.place.region
    where = {} if region == WITHOUT_LOCATION else {"LocationConstraint": region}
    account.call(
        "s3",
        "create_bucket",
        f"create the bucket {bucket.name}",
        Bucket=bucket.name,
        ObjectOwnership=bucket.ownership,
        CreateBucketConfiguration={**where, "Tags": tags},
    )
    change_bucket(bucket, _EVERYTHING, (), account)


def change_bucket(bucket: BucketSettings, fields: set[str], before: Tags, account: Account) -> None:
    """Set the named settings. Tags are merged with those `before`, because S3 replaces them all at once."""

    def put(operation: str, what: str, **parameters: object) -> None:
        doing = f"set the {what} of the bucket {bucket.name}"
        account.call("s3", operation, doing, Bucket=bucket.name, **parameters)

    if "tags" in fields:
        merged = {**dict(before), **dict(bucket.tags)}
        tags = [{"Key": key, "Value": value} for key, value in merged.items()]
        put("put_bucket_tagging", "tags", Tagging={"TagSet": tags})
    if "public_access_blocked" in fields:
        blocked = dict.fromkeys(PUBLIC_ACCESS, True)
        put("put_public_access_block", "public access block", PublicAccessBlockConfiguration=blocked)
    if "ownership" in fields:
        owner = {"Rules": [{"ObjectOwnership": bucket.ownership}]}
        put("put_bucket_ownership_controls", "ownership", OwnershipControls=owner)
    if "key" in fields:
        rules = {"Rules": [{"ApplyServerSideEncryptionByDefault": default_encryption(bucket)}]}
        put("put_bucket_encryption", "encryption", ServerSideEncryptionConfiguration=rules)
    if "lifecycle" in fields:
        _put_lifecycle(bucket, account)
    if "policy" in fields:
        put("put_bucket_policy", "policy", Policy=documents.compact(bucket.policy))


def default_encryption(bucket: BucketSettings) -> dict[str, str]:
    """SSE-S3, or SSE-KMS with the key named by its ARN, as delivery demands."""
    if bucket.key is None:
        return {"SSEAlgorithm": "AES256"}
    return {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": bucket.key}


def _put_lifecycle(bucket: BucketSettings, account: Account) -> None:
    rules = documents.rules(bucket.lifecycle)
    doing = f"set the lifecycle of the bucket {bucket.name}"
    if rules:
        lifecycle = {"Rules": rules}
        account.call(
            "s3", "put_bucket_lifecycle_configuration", doing, Bucket=bucket.name, LifecycleConfiguration=lifecycle
        )
    else:
        account.call("s3", "delete_bucket_lifecycle", doing, Bucket=bucket.name)


def delete_bucket(bucket: BucketSettings, account: Account) -> None:
    """Delete every object, every version of it, and the bucket.

    The policy goes first, so that no late delivery fills what is being emptied.
    """
    doing = f"empty the bucket {bucket.name}"
    if bucket.policy:
        policy = f"delete the policy of the bucket {bucket.name}"
        account.call("s3", "delete_bucket_policy", policy, Bucket=bucket.name)
    pages = account.pages_of_versions(bucket.name, doing)
    for page in pages:
        found = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
        objects = [{"Key": item["Key"], "VersionId": item["VersionId"]} for item in found]
        if not objects:
            continue
        answer = account.call(
            "s3", "delete_objects", doing, Bucket=bucket.name, Delete={"Objects": objects, "Quiet": True}
        )
        for error in answer.get("Errors", []):
            raise AwsError(f"Could not {doing}: {error.get('Message')} ({error.get('Key')})", str(error.get("Code")))
    account.call("s3", "delete_bucket", f"delete the bucket {bucket.name}", Bucket=bucket.name)
