"""Policy documents, word by word as AWS documents them."""

import json
from dataclasses import replace

import pytest

from flowinsight.provision import desired, documents, policies
from flowinsight.provision.permissions import provisioner
from flowinsight.provision.permissions_to_ask import Investigator, asks_of, investigator
from flowinsight.provision.settings import Place
from flowinsight.provision.wanted import BucketWanted, GroupWanted, RoleWanted, Wanted

CHINA = Place("444455556666", "cn-north-1", "aws-cn")
VPC = ("vpc-0c8eab7aff7cff031",)

TRUST = """{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Allow",
      "Principal": {
        "Service": "vpc-flow-logs.amazonaws.com"
      },
      "Action": "sts:AssumeRole",
      "Condition": {
        "StringEquals": {
          "aws:SourceAccount": "111122223333"
        },
        "ArnLike": {
          "aws:SourceArn": "arn:aws:ec2:eu-central-1:111122223333:vpc-flow-log/*"
        }
      }
    }
  ]
}"""

DELIVERY = """{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Allow",
      "Action": [
        "logs:CreateLogStream",
        "logs:PutLogEvents",
        "logs:DescribeLogStreams"
      ],
      "Resource": "arn:aws:logs:eu-central-1:111122223333:log-group:/flow:*"
    },
    {
      "Effect": "Allow",
      "Action": "logs:DescribeLogGroups",
      "Resource": "*"
    }
  ]
}"""

WRITE = {
    "Sid": "AWSLogDeliveryWrite",
    "Effect": "Allow",
    "Principal": {"Service": "delivery.logs.amazonaws.com"},
    "Action": "s3:PutObject",
    "Resource": "arn:aws:s3:::logs/flow/AWSLogs/111122223333/*",
    "Condition": {
        "StringEquals": {"aws:SourceAccount": "111122223333", "s3:x-amz-acl": "bucket-owner-full-control"},
        "ArnLike": {"aws:SourceArn": "arn:aws:logs:eu-central-1:111122223333:*"},
    },
}
ACL_CHECK = {
    "Sid": "AWSLogDeliveryAclCheck",
    "Effect": "Allow",
    "Principal": {"Service": "delivery.logs.amazonaws.com"},
    "Action": "s3:GetBucketAcl",
    "Resource": "arn:aws:s3:::logs",
    "Condition": {
        "StringEquals": {"aws:SourceAccount": "111122223333"},
        "ArnLike": {"aws:SourceArn": "arn:aws:logs:eu-central-1:111122223333:*"},
    },
}


def test_the_trust_policy_names_the_source_account_and_its_flow_logs(place: Place) -> None:
    assert policies.trust(place) == TRUST


def test_the_role_may_write_the_streams_of_one_group_and_nothing_else(place: Place) -> None:
    assert policies.delivery(place, "/flow") == DELIVERY


def test_the_bucket_statements_are_the_documented_ones(place: Place) -> None:
    written = policies.write_resource(place, "logs", "flow", hive=False)
    assert policies.bucket_statements(place, "logs", [written], enforced=False) == [WRITE, ACL_CHECK]


def test_with_acls_disabled_the_acl_header_is_asked_for_only_where_it_is_sent(place: Place) -> None:
    written = policies.write_resource(place, "logs", "flow", hive=False)
    write, check = policies.bucket_statements(place, "logs", [written], enforced=True)
    assert write["Condition"] == {
        "StringEquals": {"aws:SourceAccount": "111122223333"},
        "StringEqualsIfExists": {"s3:x-amz-acl": "bucket-owner-full-control"},
        "ArnLike": {"aws:SourceArn": "arn:aws:logs:eu-central-1:111122223333:*"},
    }
    assert {**write, "Condition": WRITE["Condition"]} == WRITE
    assert check == ACL_CHECK


@pytest.mark.parametrize(
    ("prefix", "hive", "resource"),
    [
        ("", False, "arn:aws:s3:::logs/AWSLogs/111122223333/*"),
        ("a/b", False, "arn:aws:s3:::logs/a/b/AWSLogs/111122223333/*"),
        ("", True, "arn:aws:s3:::logs/AWSLogs/aws-account-id=111122223333/*"),
    ],
)
def test_only_the_accounts_own_folder_can_be_written(prefix: str, hive: bool, resource: str, place: Place) -> None:  # noqa: FBT001
    assert policies.write_resource(place, "logs", prefix, hive=hive) == resource


def test_the_keys_statements_are_the_documented_ones(place: Place) -> None:
    assert policies.key_for_delivery(place) == {
        "Sid": "AWSLogDeliveryKey",
        "Effect": "Allow",
        "Principal": {"Service": "delivery.logs.amazonaws.com"},
        "Action": ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"],
        "Resource": "*",
        "Condition": ACL_CHECK["Condition"],
    }
    assert policies.key_for_group(place, "/flow")["Principal"] == {"Service": "logs.eu-central-1.amazonaws.com"}
    assert policies.key_for_group(place, "/flow")["Condition"] == {
        "ArnEquals": {"kms:EncryptionContext:aws:logs:arn": "arn:aws:logs:eu-central-1:111122223333:log-group:/flow"}
    }


def test_services_of_a_region_have_their_own_names_in_china() -> None:
    assert policies.key_for_group(CHINA, "/flow")["Principal"] == {"Service": "logs.cn-north-1.amazonaws.com.cn"}
    assert policies.key_for_delivery(CHINA)["Principal"] == {"Service": "delivery.logs.amazonaws.com"}
    gov = Place("111122223333", "us-gov-west-1", "aws-us-gov")
    assert policies.key_for_group(gov, "/flow")["Principal"] == {"Service": "logs.us-gov-west-1.amazonaws.com"}


def test_unencrypted_requests_are_refused(place: Place) -> None:
    assert policies.tls_only(place, "logs") == {
        "Sid": "FlowInsightTlsOnly",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": ["arn:aws:s3:::logs", "arn:aws:s3:::logs/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }


def test_other_partitions_have_their_own_arns_everywhere() -> None:
    wanted = Wanted("one", VPC, "both")
    texts = [
        policies.trust(CHINA),
        policies.delivery(CHINA, "/flow"),
        desired.bucket(wanted, CHINA).policy,
        provisioner(wanted, CHINA),
        investigator("ask with names", Investigator(CHINA, ("/flow",), ("logs",), "primary", "flow", "results/a")),
    ]
    for text in texts:
        assert "arn:aws-cn:" in text
        assert "arn:aws:" not in text


def test_merging_keeps_every_foreign_statement_and_replaces_its_own() -> None:
    theirs = {"Sid": "Theirs", "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "x"}
    existing = json.dumps({"Version": "2008-10-17", "Id": "kept", "Statement": [{**WRITE, "Resource": "old"}, theirs]})
    merged = json.loads(documents.merged(existing, [WRITE, ACL_CHECK]))
    assert merged == {"Version": "2008-10-17", "Id": "kept", "Statement": [theirs, WRITE, ACL_CHECK]}
    assert documents.overwritten(existing, [WRITE, ACL_CHECK]) == ("AWSLogDeliveryWrite",)
    assert documents.overwritten(existing, [WRITE, ACL_CHECK], ["old"]) == ()


def test_documents_are_the_same_whatever_order_and_wrapping_aws_gives_them() -> None:
    one = '{"Statement": {"Action": ["b", "a"], "Resource": ["x"], "Effect": "Allow"}}'
    other = '{"Statement": [{"Effect": "Allow", "Action": ["a", "b"], "Resource": "x"}]}'
    assert documents.same(one, other)
    assert not documents.same(one, other.replace('"x"', '"y"'))
    assert not documents.same(one, "")


def test_the_provisioner_may_pass_only_this_role_and_only_to_flow_logs(place: Place) -> None:
    (passing,) = (
        statement
        for statement in documents.statements(provisioner(Wanted("one", VPC), place))
        if statement["Action"] == ["iam:PassRole"]
    )
    assert passing == {
        "Effect": "Allow",
        "Action": ["iam:PassRole"],
        "Resource": "arn:aws:iam::111122223333:role/flowinsight-one-eu-central-1",
        "Condition": {"StringEquals": {"iam:PassedToService": "vpc-flow-logs.amazonaws.com"}},
    }


def extra(wanted: Wanted, place: Place) -> list[object]:
    """The provisioner's statements that the same wish with the default format has not."""
    usual = documents.statements(provisioner(replace(wanted, format="default", tag_fields=()), place))
    return [one for one in documents.statements(provisioner(wanted, place)) if one not in usual]


def test_fields_that_carry_tags_need_the_service_linked_role_and_no_other(place: Place) -> None:
    keys = (("interface-tag", "Name"), ("asg-tag", "team"))
    wanted = Wanted("one", VPC, "s3", "${srcaddr} ${interface-tag} ${asg-tag}", tag_fields=keys)
    role = "arn:aws:iam::111122223333:role/aws-service-role/vpc-flow-logs.amazonaws.com/AWSServiceRoleForVPCFlowLogs"
    assert extra(wanted, place) == [
        {"Effect": "Allow", "Action": ["autoscaling:DescribeTags", "ec2:DescribeTags"], "Resource": "*"},
        {
            "Effect": "Allow",
            "Action": ["iam:CreateServiceLinkedRole"],
            "Resource": role,
            "Condition": {"StringEquals": {"iam:AWSServiceName": "vpc-flow-logs.amazonaws.com"}},
        },
    ]


@pytest.mark.parametrize(
    ("token", "actions"),
    [
        ("ecs-cluster-name", ["ecs:ListClusters"]),
        ("ecs-container-id", ["ecs:ListClusters"]),
        ("ecs-container-instance-id", ["ecs:ListClusters", "ecs:ListContainerInstances"]),
        ("ecs-service-name", ["ecs:ListClusters", "ecs:ListServices"]),
        ("ecs-task-definition-arn", ["ecs:ListClusters", "ecs:ListTaskDefinitions"]),
        ("ecs-task-id", ["ecs:ListClusters", "ecs:ListTasks"]),
    ],
)
def test_fields_of_ecs_need_what_aws_documents_for_each(token: str, actions: list[str], place: Place) -> None:
    found = extra(Wanted("one", VPC, "s3", f"${{srcaddr}} ${{{token}}}"), place)
    assert found == [{"Effect": "Allow", "Action": actions, "Resource": "*"}]


def test_a_role_of_ones_own_is_passed_and_never_changed(place: Place) -> None:
    own = Wanted("one", VPC, role=RoleWanted(arn="arn:aws:iam::111122223333:role/ours"))
    text = provisioner(own, place)
    assert "iam:PassRole" in text
    assert "iam:CreateRole" not in text
    assert "s3:" not in text


def test_only_s3_needs_no_role_and_log_delivery_instead(place: Place) -> None:
    text = provisioner(Wanted("one", VPC, "s3", bucket=BucketWanted(name="logs")), place)
    assert [action for action in ("iam:PassRole", "iam:CreateRole", "iam:GetRole") if action in text] == []
    assert "logs:CreateLogDelivery" in text
    assert "arn:aws:s3:::logs/*" in text


def test_the_investigators_policies_grow_and_never_write(place: Place) -> None:
    asks = Investigator(place, ("/flow",), ("logs/flow",))
    local, ask, names = (investigator(size, asks) for size in ("local", "ask", "ask with names"))
    assert local == ""
    assert documents.statements(names)[: len(documents.statements(ask))] == documents.statements(ask)
    actions = {action for statement in documents.statements(names) for action in documents.listed(statement["Action"])}
    verbs = {action.partition(":")[2] for action in actions}
    assert all(
        verb.startswith(("Describe", "Get", "List", "Lookup", "Filter", "Start", "Stop", "Test")) for verb in verbs
    )
    assert documents.statements(ask)[-1] == {
        "Effect": "Allow",
        "Action": ["s3:GetObject"],
        "Resource": ["arn:aws:s3:::logs/flow/*"],
    }


def test_policies_name_the_setups_groups_and_folders_of_every_format_and_its_buckets_key(place: Place) -> None:
    key = "arn:aws:kms:eu-central-1:111122223333:key/1"
    wanted = Wanted("one", VPC, "both", bucket=BucketWanted(key=key))
    asked = investigator("ask", asks_of(wanted, place))
    groups = "arn:aws:logs:eu-central-1:111122223333:log-group:/flowinsight/one/*"
    decrypt = {
        "Effect": "Allow",
        "Action": ["kms:Decrypt"],
        "Resource": key,
        "Condition": {"StringLike": {"kms:ViaService": "s3.eu-central-1.amazonaws.com*"}},
    }
    for text in (asked, provisioner(wanted, place)):
        found = documents.statements(text)
        assert any(one["Resource"] == [groups, f"{groups}:*"] for one in found)
        assert decrypt in found
    assert "arn:aws:s3:::flowinsight-one-111122223333-eu-central-1/one/*" in asked
    own = replace(wanted, group=GroupWanted("/flow"), bucket=BucketWanted("logs", prefix=""))
    assert "kms:" not in provisioner(own, place)
    asked = investigator("ask", asks_of(own, place))
    assert "log-group:/flow:*" in asked
    assert '"arn:aws:s3:::logs/*"' in asked


def test_athena_adds_its_workgroup_tables_and_results(place: Place) -> None:
    asks = Investigator(place, workgroup="primary", database="flow", results="results/athena")
    text = investigator("ask", asks)
    for arn in (
        "arn:aws:athena:eu-central-1:111122223333:workgroup/primary",
        "arn:aws:glue:eu-central-1:111122223333:table/flow/*",
        "arn:aws:s3:::results/athena/*",
    ):
        assert arn in text
