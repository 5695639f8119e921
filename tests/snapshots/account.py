"""A sandbox account whose VPCs are logged for an hour: to a log group, and to a bucket with versions."""

from collections.abc import Iterator
from contextlib import contextmanager

from flowinsight import aws
from flowinsight.sandbox.running import Running, start
from flowinsight.ui import first_flow_log

NOON, HOUR = 1_795_176_000, 3600  # 2026-11-20, a Friday: the same traffic in every run
BUCKET, ACCOUNT = "larkfield-logs", "111122223333"
TIME = ("--from", str(NOON + 900), "--to", str(NOON + HOUR - 900))
GROUP = ("--log-group", first_flow_log.GROUP)
S3 = ("--s3", f"s3://{BUCKET}/logs/")


@contextmanager
def opened() -> Iterator[Running]:
    with start(speed=0, at=NOON) as running:
        running.control("settings", {"late": 0, "repeated": 0, "query_seconds": 0.1, "query_before_group": True})
        identity = aws.sandbox(running.url)
        first_flow_log.create(identity)
        s3 = aws.client(identity, "s3")
        s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
        s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
        aws.client(identity, "ec2").create_flow_logs(
            ResourceType="VPC", ResourceIds=[running.control("company")["vpcs"]["shop"]], TrafficType="ALL",
            LogDestinationType="s3", LogDestination=f"arn:aws:s3:::{BUCKET}/logs/", LogFormat=first_flow_log.FORMAT,
        )  # fmt: skip
        running.control("clock", {"advance": HOUR + 600})
        yield running
