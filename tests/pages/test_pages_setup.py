"""The Setup page: from what an account has to a flow log that is planned, made, proven and taken down."""

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from flowinsight import aws
from flowinsight.provision import price_list
from flowinsight.sandbox.running import Running, start
from flowinsight.switches import PROVISIONING
from flowinsight.ui import sandbox_process
from tests.provision.price_server import serving

_NUMBERS = itertools.count(1)
TRUST = (
    '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, '
    '"Action": "sts:AssumeRole"}]}'
)
WRITES = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "logs:*", "Resource": "*"}]}'
Opened = Callable[..., AppTest]


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Running]:
    """The sandbox of the pages in this process."""
    host = sandbox_process.host()
    host.stop()
    with start(speed=0) as running:
        host.running, host.state = running, "running"
        yield running
        host.stop()


@pytest.fixture
def ec2(sandbox: Running) -> Any:
    return aws.client(aws.sandbox(sandbox.url), "ec2")


@pytest.fixture
def page(opened: Opened, ec2: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[AppTest]:
    """The page, for a setup that no other test uses, in an account without flow logs."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    shown = opened().switch_page("pages/setup.py").run()
    yield shown.text_input(key="setup_name").set_value(f"test-{next(_NUMBERS)}").run()
    left = [one["FlowLogId"] for one in ec2.describe_flow_logs()["FlowLogs"]]
    if left:
        ec2.delete_flow_logs(FlowLogIds=left)


def text_of(page: AppTest) -> str:
    """Everything written on the page, without Markdown's escapes."""
    assert not page.exception
    written = [*page.markdown, *page.error, *page.warning, *page.success, *page.info, *page.code]
    return "\n".join(str(one.value) for one in written).replace("\\", "")


def press(page: AppTest, key: str) -> AppTest:
    return page.button(key=key).click().run()


def applied(page: AppTest, slot: str = "setup", button: str = "setup_apply") -> AppTest:
    """Press the button, and look again when the steps are taken, as the page itself does."""
    press(page, button)
    page.session_state[f"setup_applying_{slot}"].thread.join(60)
    return page.run().run()


def test_an_empty_account_is_told_as_one_and_the_sandbox_cannot_be_mistaken(page: AppTest) -> None:
    text = text_of(page)

    assert "SANDBOX" in text
    assert "nothing here is real" in text
    assert "There is none in this region" in text


def test_a_vpc_to_cloudwatch_logs_is_wanted_without_a_word(page: AppTest) -> None:
    assert page.selectbox(key="setup_kind").value == "VPC"
    assert len(page.multiselect(key="setup_ids_VPC").value) == 1
    assert "Who opened the connection, and was it answered?" in text_of(page)


def test_both_destinations_have_a_price_with_date_and_source(page: AppTest) -> None:
    assert [one.label.partition(" :")[0] for one in page.metric] == ["CloudWatch Logs", "S3"]
    figures = [one for one in text_of(page).splitlines() if " USD** :gray" in one]
    assert len(figures) == 6
    assert all("list price us-east-1, 2026-11, " in one for one in figures)


def test_newer_prices_are_read_from_the_public_list_and_a_failure_keeps_them(
    page: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving() as server:
        monkeypatch.setattr(price_list, "HOME", server.url)
        text = text_of(press(page, "setup_prices"))
        assert "9 prices of eu-central-1 were read from AWS's price list." in text
        figures = [one for one in text.splitlines() if " USD** :gray" in one]
        assert len(figures) == 6
        assert all("AWS price list of 2026-11-05" in one and "us-east-1" not in one for one in figures)

        server.files.clear()
        text = text_of(press(page, "setup_prices"))
    assert "has nothing for AmazonCloudWatch in eu-central-1 (HTTP 403). The prices shown stay as they are." in text
    assert "AWS price list of 2026-11-05" in text


def test_an_assumption_changes_the_price(page: AppTest) -> None:
    before = page.metric[0].value

    page.number_input(key="setup_rate").set_value(120_000).run()

    assert page.metric[0].value != before


def test_every_field_can_be_chosen_and_a_tags_value_asks_for_its_key(page: AppTest) -> None:
    page.segmented_control(key="setup_fields").set_value("own").run()
    chosen = page.multiselect(key="setup_own_fields")
    assert {"reject-reason", "next-hop-vpc-id", "ecs-task-id", "instance-tag"} <= set(chosen.options)
    chosen.set_value([*chosen.value, "instance-tag"]).run()
    assert "The field instance-tag needs the key of the tag whose value it carries." in text_of(page)

    page.text_input(key="setup_key_instance-tag").set_value("team").run()

    text = text_of(press(page, "setup_plan"))
    assert "What does a tag of the instance say?" in text
    assert "tag_fields: instance-tag=team" in text
    assert "missing or old for about an hour" in text


def test_a_wish_that_cannot_be_is_a_sentence_and_has_no_plan(page: AppTest) -> None:
    page.text_input(key="setup_name").set_value("Not A Name").run()

    assert "is not a setup's name" in text_of(page)
    assert not [one for one in page.button if one.key == "setup_plan"]


def test_a_scope_that_is_a_fixed_list_says_so(page: AppTest) -> None:
    page.selectbox(key="setup_kind").set_value("security group").run()

    assert "new instances will not be logged" in text_of(page)
    assert "Name at least one resource" in text_of(page)


def test_the_plan_shows_every_setting_and_changes_nothing(page: AppTest, ec2: Any) -> None:
    text = text_of(press(page, "setup_plan"))

    assert "3 to create." in text
    assert '"Service": "vpc-flow-logs.amazonaws.com"' in text
    assert '"aws:SourceAccount": "111122223333"' in text
    assert not ec2.describe_flow_logs()["FlowLogs"]


def test_applying_leaves_nothing_to_do_and_the_proof_follows(page: AppTest, sandbox: Running) -> None:
    press(page, "setup_plan")
    applied(page)
    assert "Nothing to do: 3 as wanted." in text_of(page)
    assert "Applied: 3 steps taken." in text_of(page)

    page.session_state["setup_verifying"].thread.join(60)
    sandbox.control("clock", {"advance": 600})
    press(page, "setup_look")
    press(page, "setup_stop")
    press(page, "setup_verify")
    page.session_state["setup_verifying"].thread.join(60)
    text = text_of(page.run())
    assert "The setup works: records arrive from every flow log." in text
    assert "The newest hour was read back: " in text
    assert "Most was sent by " in text


def test_flow_logs_of_others_are_listed_with_their_health_and_can_be_asked_without_a_setup(
    page: AppTest, ec2: Any, sandbox: Running
) -> None:
    session = aws.sandbox(sandbox.url)
    aws.client(session, "logs").create_log_group(logGroupName="/others")
    trust = TRUST.replace("ec2.amazonaws.com", "vpc-flow-logs.amazonaws.com")
    arn = aws.client(session, "iam").create_role(RoleName="others", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    aws.client(session, "iam").put_role_policy(RoleName="others", PolicyName="p", PolicyDocument=WRITES)
    ec2.create_flow_logs(
        ResourceIds=[sandbox.control("company")["vpcs"]["shop"]], ResourceType="VPC", TrafficType="ALL",
        LogGroupName="/others", DeliverLogsPermissionArn=arn,
    )  # fmt: skip
    sandbox.control("clock", {"advance": 900})

    press(page, "setup_look")

    (row,) = page.dataframe[0].value.to_dict("records")
    assert (row["State"], row["To"], row["Format"], row["Setup"]) == (
        "delivering", "/others", "default", "not FlowInsight's",
    )  # fmt: skip
    assert "3 of 16 interfaces are not recorded" in [one.label for one in page.expander]
    links = [one.proto for one in page.main.get("page_link")]
    assert "/others" in links[0].label.replace("\\", "")
    assert "path=%2Fothers" in links[0].query_string


def test_only_the_plan_for_what_is_wanted_now_can_be_applied(page: AppTest) -> None:
    press(page, "setup_plan")
    assert not page.button(key="setup_apply").disabled

    page.segmented_control(key="setup_fields").set_value("default").run()

    assert page.button(key="setup_apply").disabled
    assert "What is wanted has changed since this plan was made" in text_of(page)


def test_a_plan_that_is_no_longer_true_is_not_applied(page: AppTest, ec2: Any, sandbox: Running) -> None:
    press(page, "setup_plan")
    name = page.text_input(key="setup_name").value
    iam = aws.client(aws.sandbox(sandbox.url), "iam")
    iam.create_role(RoleName=f"flowinsight-{name}-eu-central-1", AssumeRolePolicyDocument=TRUST)

    applied(page)

    assert "no longer what the plan was made from" in text_of(page)
    assert "2 to create, 1 left alone." in text_of(page)
    assert not ec2.describe_flow_logs()["FlowLogs"]


def test_tearing_down_asks_for_the_name_and_keeps_the_records(page: AppTest, ec2: Any) -> None:
    press(page, "setup_plan")
    applied(page)
    name = page.text_input(key="setup_name").value
    press(page, "setup_plan_down")
    assert "2 to delete, 1 left alone." in text_of(page)
    page.text_input(key="setup_confirm").set_value("something else").run()
    assert page.button(key="setup_tear").disabled

    page.text_input(key="setup_confirm").set_value(name).run()
    applied(page, "down", "setup_tear")

    assert not ec2.describe_flow_logs()["FlowLogs"]
    assert "Nothing to do: 1 left alone." in text_of(page)


@pytest.mark.parametrize(
    ("form", "part"),
    [
        ("AWS CLI", "aws logs create-log-group"),
        ("CloudFormation", "AWS::EC2::FlowLog"),
        ("Terraform", 'resource "aws_flow_log"'),
        ("Policy to provision", "iam:PassRole"),
        ("Policy to ask", "logs:FilterLogEvents"),
        ("Policy to ask with names", "ec2:DescribeInstances"),
        ("File for the command line", 'destination = "cloudwatch"'),
    ],
)
def test_the_plan_can_be_taken_elsewhere(page: AppTest, form: str, part: str) -> None:
    page.segmented_control(key="setup_export").set_value(form).run()

    assert part in text_of(page)


def test_where_changing_is_switched_off_the_page_offers_the_plan_and_its_exports_only(
    page: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(PROVISIONING, "off")

    press(page, "setup_plan")

    assert "Changing AWS is switched off here." in text_of(page)
    assert "aws logs create-log-group" in text_of(page)
    assert not [one for one in page.button if one.key in {"setup_apply", "setup_verify", "setup_plan_down"}]


def test_a_missing_permission_is_named_where_it_is_missed(page: AppTest, sandbox: Running) -> None:
    sandbox.control("faults", {"kind": "denied", "service": "ec2", "action": "DescribeFlowLogs"})
    try:
        text = text_of(press(page, "setup_look"))
    finally:
        sandbox.control("faults", method="DELETE")

    assert "Could not list the flow logs: the permission ec2:DescribeFlowLogs is missing." in text
    assert "There is none in this region" in text_of(press(page, "setup_again_seen"))


def test_a_step_that_fails_is_named_and_the_next_plan_is_what_is_missing(page: AppTest, sandbox: Running) -> None:
    press(page, "setup_plan")
    sandbox.control("faults", {"kind": "denied", "service": "ec2", "action": "CreateFlowLogs"})
    try:
        applied(page)
    finally:
        sandbox.control("faults", method="DELETE")

    text = text_of(page)
    assert "**Stopped.**" in text
    assert "the permission ec2:CreateFlowLogs is missing" in text
    assert "1 to create, 2 as wanted." in text


def test_an_aws_account_is_not_asked_before_somebody_connects(page: AppTest) -> None:
    page.radio(key="setup_account").set_value("AWS account").run()

    assert "nothing is changed before you have seen the plan" in text_of(page)
    assert not [one for one in page.button if one.key == "setup_plan"]


def test_a_bucket_is_planned_with_the_policy_that_lets_it_be_written(page: AppTest) -> None:
    page.segmented_control(key="setup_destination").set_value("s3").run()

    text = text_of(press(page, "setup_plan"))

    assert "2 to create." in text
    assert "AWSLogDeliveryWrite" in text
    assert "public_access_blocked: true" in text
