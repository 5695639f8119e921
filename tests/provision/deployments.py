"""What AWS may have, made up: for plans that need no AWS."""

from dataclasses import replace
from datetime import UTC, datetime

from flowinsight.provision import desired
from flowinsight.provision.deployed import Bucket, Deployed, FlowLog, Interface
from flowinsight.provision.settings import FlowLogSettings, Place
from flowinsight.provision.wanted import Wanted

PLACE = Place("111122223333", "eu-central-1")
VPC, SUBNET, ENI, GROUP = (
    "vpc-0c8eab7aff7cff031",
    "subnet-0f637c4caf7840f4a",
    "eni-064d6aa203d3c4d59",
    "sg-0f27e4c4893268534",
)
SEEN = (Interface(ENI, VPC, SUBNET, (GROUP,), "i-0c8eab7aff7cff031"), Interface("eni-2", VPC, "subnet-2", (), None))
EMPTY = Deployed(PLACE, SEEN)
WANTED = Wanted("one", (VPC,))
THEN = datetime(2026, 11, 20, tzinfo=UTC)


def made(wanted: Wanted) -> Deployed:
    """AWS after the setup was applied."""
    logs = desired.flow_logs(wanted, PLACE, [(resource, resource) for resource in wanted.resources])
    bucket = desired.bucket(wanted, PLACE)
    return Deployed(
        PLACE,
        SEEN,
        tuple(FlowLog(f"fl-{number}", log, THEN, "SUCCESS") for number, log in enumerate(logs)),
        (desired.group(wanted),) if wanted.to_cloudwatch else (),
        (desired.role(wanted, PLACE),) if wanted.to_cloudwatch else (),
        (Bucket(bucket.name, bucket),) if wanted.to_s3 else (),
    )


def theirs(**changes: object) -> FlowLog:
    log = FlowLogSettings(
        VPC,
        "VPC",
        "cloud-watch-logs",
        "/theirs",
        WANTED.log_format,
        60,
        "ALL",
        "arn:aws:iam::111122223333:role/t",
        None,
        (),
    )
    return FlowLog("fl-theirs", replace(log, **changes), THEN, "SUCCESS")  # type: ignore[arg-type]
