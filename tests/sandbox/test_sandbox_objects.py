"""What flow logs deliver to S3: folders, names, formats, late and repeated files, other accounts."""

import gzip
import io
import json
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

Create = Callable[..., dict[str, Any]]
HOUR = 3600
FORMAT = (
    "${interface-id} ${vpc-id} ${instance-id} ${srcaddr} ${dstport} ${az-id} ${start} ${end} ${action} ${log-status}"
)


@pytest.fixture(autouse=True)
def steady(settings: Callable[..., Any]) -> None:
    """Nothing late, nothing twice, unless a test asks for it."""
    settings(late=0, repeated=0)


def test_text_files_lie_where_aws_puts_them_and_begin_with_a_header(
    to_bucket: Create, bucket: str, turn: Callable[[float], int], objects: Callable[[str], dict[str, bytes]], now: int
) -> None:
    created = to_bucket(LogFormat=FORMAT)
    delivered = turn(900)
    files = objects(bucket)
    start = now
    lines = []
    for key, body in files.items():
        folder, _, name = key.rpartition("/")
        account, kind, region, flow_log_id, stamp, _ = name.removesuffix(".log.gz").split("_")
        assert (account, kind, region) == ("111122223333", "vpcflowlogs", "eu-central-1")
        assert flow_log_id == created["FlowLogIds"][0]
        assert folder == f"AWSLogs/111122223333/vpcflowlogs/eu-central-1/{stamp[:4]}/{stamp[4:6]}/{stamp[6:8]}"
        header, *records = gzip.decompress(body).decode().splitlines()
        assert header == FORMAT.replace("${", "").replace("}", "")
        minute = int(stamp[9:11]) * 60 + int(stamp[11:13])
        for record in records:
            assert minute * 60 <= int(record.split()[7]) % 86_400 <= minute * 60 + 299
            assert int(record.split()[6]) >= start
        lines += records
    assert len(lines) == delivered


def test_ten_minute_windows_lie_in_the_slot_they_end_in(
    to_bucket: Create,
    bucket: str,
    settings: Callable[..., Any],
    turn: Callable[[float], int],
    objects: Callable[[str], dict[str, bytes]],
    company: dict[str, Any],
) -> None:
    settings(minute_windows=False)
    to_bucket(LogFormat=FORMAT, ResourceType="Subnet", ResourceIds=[company["subnets"]["shop-data"]])
    turn(HOUR)
    for key, body in objects(bucket).items():
        stamp = key.rpartition("T")[2]
        minute = int(stamp[:2]) * 60 + int(stamp[2:4])
        for record in gzip.decompress(body).decode().splitlines()[1:]:
            assert minute * 60 <= int(record.split()[7]) % 86_400 <= minute * 60 + 299


def test_parquet_files_have_awss_types_in_hive_folders_by_the_hour_below_a_prefix(
    to_bucket: Create, bucket: str, turn: Callable[[float], int], objects: Callable[[str], dict[str, bytes]]
) -> None:
    options = {"FileFormat": "parquet", "HiveCompatiblePartitions": True, "PerHourPartition": True}
    to_bucket(LogDestination=f"arn:aws:s3:::{bucket}/team/x/", DestinationOptions=options)
    delivered = turn(600)
    files = objects(bucket)
    tables = [pq.read_table(io.BytesIO(body)) for body in files.values()]
    home = "team/x/AWSLogs/aws-account-id=111122223333/aws-service=vpcflowlogs/aws-region=eu-central-1/year=20"
    for key in files:
        assert key.startswith(home)
        assert "/hour=" in key
        assert key.endswith(".log.parquet")
    assert sum(table.num_rows for table in tables) == delivered
    schema = tables[0].schema
    assert schema.field("account_id").type == pa.string()
    assert (schema.field("srcport").type, schema.field("bytes").type) == (pa.int32(), pa.int64())
    statuses = pa.concat_tables(tables).to_pylist()
    assert all(row["srcaddr"] is None and row["bytes"] is None for row in statuses if row["log_status"] == "NODATA")


def test_late_and_repeated_deliveries_lose_nothing(
    to_bucket: Create,
    bucket: str,
    settings: Callable[..., Any],
    turn: Callable[[float], int],
    objects: Callable[[str], dict[str, bytes]],
) -> None:
    settings(late=1, repeated=1)
    to_bucket(LogFormat=FORMAT)
    turn(HOUR)
    settings(late=0, repeated=0)
    early = {line for body in objects(bucket).values() for line in gzip.decompress(body).decode().splitlines()[1:]}
    turn(2 * HOUR)
    every = [line for body in objects(bucket).values() for line in gzip.decompress(body).decode().splitlines()[1:]]
    assert early < set(every)
    assert len(every) > len(set(every))


def test_other_accounts_have_their_own_flow_logs(
    client: Callable[..., Any], sandbox: Any, company: dict[str, Any], turn: Callable[[float], int]
) -> None:
    account = "012345678910"
    theirs = sandbox.credentials(account)
    ec2, s3 = client("ec2", **theirs), client("s3", **theirs)
    s3.create_bucket(Bucket="research-logs", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    created = ec2.create_flow_logs(
        ResourceType="VPC",
        ResourceIds=[company["vpcs"]["research"]],
        TrafficType="ALL",
        LogDestinationType="s3",
        LogDestination="arn:aws:s3:::research-logs",
    )
    turn(600)
    key = s3.list_objects_v2(Bucket="research-logs")["Contents"][0]["Key"]
    assert key.startswith(f"AWSLogs/{account}/vpcflowlogs/")
    mine = {item["FlowLogId"] for item in client("ec2").describe_flow_logs()["FlowLogs"]}
    assert not mine & set(created["FlowLogIds"])
    ec2.delete_flow_logs(FlowLogIds=created["FlowLogIds"])


def test_what_the_bucket_was_given_can_be_read_back_as_json(
    client: Callable[..., Any], to_bucket: Create, bucket: str
) -> None:
    to_bucket()
    policy = json.loads(client("s3").get_bucket_policy(Bucket=bucket)["Policy"])
    assert [item["Sid"] for item in policy["Statement"]] == ["AWSLogDeliveryWrite", "AWSLogDeliveryAclCheck"]
