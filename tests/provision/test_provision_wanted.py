"""What can be wanted: a file in, a value out, and a sentence for everything that cannot be."""

from dataclasses import replace
from typing import Any

import pytest

from flowinsight.fields import DEFAULT_FORMAT
from flowinsight.provision import desired, presets
from flowinsight.provision.refusals import SetupError
from flowinsight.provision.settings import Place
from flowinsight.provision.wanted import BucketWanted, GroupWanted, RoleWanted, Wanted
from flowinsight.provision.wanted_file import from_toml, to_toml

VPC = "vpc-0c8eab7aff7cff031"
KEY = "arn:aws:kms:eu-central-1:111122223333:key/1"
EVERYTHING = Wanted(
    "prod-logs",
    ("subnet-0f637c4caf7840f4a", "eni-064d6aa203d3c4d59"),
    "both",
    "${srcaddr} ${dstaddr}",
    "REJECT",
    600,
    GroupWanted("/flow", 365, "arn:aws:kms:eu-central-1:111122223333:key/0c8eab7a"),
    RoleWanted("deliver", None, "/flow/", "arn:aws:iam::111122223333:policy/limit"),
    BucketWanted(
        "flow-logs",
        "a/b",
        "plain-text",
        hive=True,
        hourly=False,
        expire_days=None,
        key="arn:aws:kms:eu-central-1:111122223333:key/1",
    ),
    (("team", "Netz + Co"), ("cost centre", "17")),
)
TAGGED = Wanted(
    "tagged",
    (VPC,),
    "both",
    "${srcaddr} ${instance-tag} ${instance-tag-2} ${asg-tag}",
    tag_fields=(
        ("instance-tag", "Name"),
        ("instance-tag-2", "Kosten Stelle"),
        ("asg-tag", "aws:autoscaling:groupName"),
    ),
)


@pytest.mark.parametrize(
    "wanted", [Wanted("one", (VPC,)), EVERYTHING, TAGGED, Wanted("x", (VPC,), bucket=BucketWanted(prefix=""))]
)
def test_a_setup_written_to_a_file_is_read_as_the_same_setup(wanted: Wanted) -> None:
    assert from_toml(to_toml(wanted)) == wanted


def test_a_short_file_is_enough() -> None:
    wanted = from_toml(f'name = "one"\nresources = ["{VPC}"]\n')
    assert wanted == Wanted("one", (VPC,))
    assert wanted.destination == "cloudwatch"
    assert wanted.group.retention_days == 30


def test_zero_days_means_for_ever() -> None:
    text = f'name = "one"\nresources = ["{VPC}"]\n[cloudwatch]\nretention_days = 0\n[s3]\nexpire_days = 0\n'
    wanted = from_toml(text)
    assert wanted.group.retention_days is None
    assert wanted.bucket.expire_days is None


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("name = ", "The file is not TOML"),
        ('name = "one"', "The file does not say resources."),
        (f'resources = ["{VPC}"]', "The file does not say name."),
        ('name = "one"\nresources = "vpc-1"', "The resources are a list of ids"),
        ('name = 7\nresources = ["vpc-1"]', "name is a text in quotes."),
        (f'name = "one"\nresources = ["{VPC}"]\ninterval = "60"', 'interval is a whole number, not "60".'),
        (f'name = "one"\nresources = ["{VPC}"]\ninterval = 60.0', "interval is a whole number, not 60.0."),
        (f'name = "one"\nresources = ["{VPC}"]\ncolour = 1', "There is no setting colour at the top"),
        (f'name = "one"\nresources = ["{VPC}"]\n[s3]\ngroup = "x"', "There is no setting group in [s3]"),
        (f'name = "one"\nresources = ["{VPC}"]\n[s3]\nhive = 1', "hive in [s3] is true or false, not 1."),
        (f'name = "one"\nresources = ["{VPC}"]\n[cloudwatch]\nretention_days = "7"', "is a whole number"),
        (f'name = "one"\nresources = ["{VPC}"]\n[cloudwatch]\nretention_days = true', "is a whole number"),
        (f'name = "one"\nresources = ["{VPC}"]\ns3 = 1', "[s3] is a table."),
        (f'name = "one"\nresources = ["{VPC}"]\n[tags]\nteam = 1', "The tag team is a text in quotes."),
        (f'name = "one"\nresources = ["{VPC}"]\n[tag_fields]\nasg-tag = 1', "The tag's key for asg-tag is a text"),
    ],
)
def test_a_file_that_cannot_be_understood_gets_a_sentence(text: str, sentence: str) -> None:
    with pytest.raises(SetupError) as caught:
        from_toml(text)
    assert sentence in str(caught.value)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"name": "No"}, "a setup's name"),
        ({"resources": ()}, "Name at least one resource"),
        ({"resources": ("vpc-1",)}, "vpc-1 is not the id of"),
        ({"resources": (VPC, VPC)}, "named twice"),
        ({"resources": (VPC, "tgw-0c8eab7aff7cff031")}, "a setup of their own"),
        ({"resources": ("tgw-0c8eab7aff7cff031",), "interval": 600}, "always recorded per minute"),
        ({"resources": ("tgw-0c8eab7aff7cff031",)}, "use the preset transit-gateway"),
        ({"destination": "kinesis"}, "The destination is cloudwatch, s3 or both, not kinesis."),
        ({"traffic": "SOME"}, "The traffic is ALL, ACCEPT or REJECT"),
        ({"interval": 300}, "The interval is 60 or 600, not 300."),
        ({"format": "everything"}, "neither a preset nor a field"),
        ({"format": "${srcaddr}  ${dstaddr}"}, "one space between them"),
        ({"format": "${srcaddr} ${srcaddr}"}, "names a field twice"),
        ({"format": "${nonsense}"}, "nonsense is neither a preset nor a field"),
        ({"format": "${tgw-id}"}, "Only transit gateways have the field tgw-id."),
        ({"format": "${instance-tag}"}, "The field instance-tag needs the key of the tag"),
        ({"tag_fields": (("instance-tag", "team"),)}, "for instance-tag, which is not in the format"),
        ({"tag_fields": (("team", "x"),)}, "team carries no tag"),
        ({"format": "${asg-tag}", "tag_fields": (("asg-tag", "k" * 129),)}, "has 1 to 128 characters"),
        ({"format": "${asg-tag-2}", "tag_fields": (("asg-tag-2", "k"),)}, "give asg-tag one of its own"),
        (
            {"format": "${asg-tag} ${asg-tag-2}", "tag_fields": (("asg-tag", "k"), ("asg-tag-2", "k"))},
            "a second key beside that of asg-tag",
        ),
        ({"resources": ("tgw-0c8eab7aff7cff031",), "format": "${tgw-id} ${action}"}, "have no field action"),
        (
            {
                "resources": ("tgw-0c8eab7aff7cff031",),
                "format": "${tgw-id} ${instance-tag}",
                "tag_fields": (("instance-tag", "team"),),
            },
            "have no field instance-tag",
        ),
        ({"tags": (("aws:x", "1"),)}, "The tag aws:x is not allowed"),
        ({"tags": (("flowinsight:setup", "x"),)}, "the setup's own"),
        ({"tags": (("team", "a$b"),)}, "a tag's value"),
        ({"tags": (("a", "1"), ("a", "2"))}, "each key once"),
    ],
)
def test_a_wish_that_cannot_be_gets_a_sentence(change: dict[str, Any], sentence: str) -> None:
    with pytest.raises(SetupError) as caught:
        Wanted(**{"name": "one", "resources": (VPC,), **change})
    assert sentence in str(caught.value)


@pytest.mark.parametrize(
    ("part", "change", "sentence"),
    [
        (GroupWanted, {"name": "aws/flow"}, "a log group's name"),
        (GroupWanted, {"retention_days": 31}, "not for 31"),
        (GroupWanted, {"key": "alias/x"}, "the ARN of a KMS key"),
        (RoleWanted, {"path": "flow"}, "begins and ends with /"),
        (RoleWanted, {"arn": "role/x"}, "the ARN of a role"),
        (RoleWanted, {"arn": "arn:aws:iam::111122223333:role/x", "path": "/a/"}, "used as it is"),
        (BucketWanted, {"name": "Logs"}, "a bucket's name"),
        (BucketWanted, {"prefix": "a//b"}, "a prefix"),
        (BucketWanted, {"prefix": "a/AWSLogs"}, "AWS keeps that name"),
        (BucketWanted, {"key": "0c8eab7a"}, "names its key by id"),
        (BucketWanted, {"file_format": "csv"}, "plain-text or parquet"),
        (BucketWanted, {"expire_days": 0}, "1 to 36,500 days"),
    ],
)
def test_a_part_that_cannot_be_gets_a_sentence(part: type[Any], change: dict[str, Any], sentence: str) -> None:
    with pytest.raises(SetupError) as caught:
        part(**change)
    assert sentence in str(caught.value)


def test_names_tell_formats_apart_and_stay_within_what_aws_allows(place: Place) -> None:
    one, other = Wanted("one", (VPC,)), Wanted("one", (VPC,), format="default")
    assert desired.group_name(one) != desired.group_name(other)
    assert desired.prefix(one) != desired.prefix(other)
    assert desired.bucket_name(one, place) == desired.bucket_name(other, place)
    long = Wanted("a" * 30, (VPC,))
    far = Place("111122223333", "ap-southeast-1")
    assert len(desired.bucket_name(long, far)) <= 63
    assert len(desired.role_name(long, far)) <= 64


def test_other_tag_keys_are_another_format() -> None:
    other = replace(TAGGED, tag_fields=(("instance-tag", "Owner"), *TAGGED.tag_fields[1:]))
    assert desired.group_name(TAGGED) != desired.group_name(other)
    assert desired.prefix(TAGGED) != desired.prefix(other)
    turned = replace(TAGGED, tag_fields=TAGGED.tag_fields[::-1])
    assert desired.group_name(TAGGED) == desired.group_name(turned)


def test_presets_say_what_they_can_never_answer() -> None:
    assert presets.PRESETS["default"] == DEFAULT_FORMAT
    opened = "Who opened the connection, and was it answered?"
    assert opened in presets.unanswerable(presets.PRESETS["default"])
    assert opened in presets.answerable(presets.PRESETS["investigate"])
    for tokens in presets.PRESETS.values():
        assert sorted(presets.answerable(tokens) + presets.unanswerable(tokens)) == sorted(
            question for question, _ in presets.QUESTIONS
        )


def test_every_field_of_every_preset_has_a_reason_and_a_cost() -> None:
    for tokens in presets.PRESETS.values():
        assert all(presets.reason(token) for token in tokens)
    assert abs(presets.record_bytes(DEFAULT_FORMAT) - 114) <= 6
    assert abs(presets.record_bytes(presets.FULL) - 252) <= 20
