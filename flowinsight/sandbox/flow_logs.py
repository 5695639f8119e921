"""The flow log calls of EC2: created after AWS's checks, described with paging and filters, deleted one by one."""

import base64
import json
from collections.abc import Mapping
from typing import Any, ClassVar, cast

from moto.core.responses import ActionResult
from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models import EC2Backend
from moto.ec2.models.flow_logs import FlowLogs
from moto.ec2.responses import EC2Response
from moto.ec2.utils import generic_filter, random_flow_log_id

from flowinsight.sandbox import deliverable, refusals
from flowinsight.sandbox.deliverable import Place
from flowinsight.sandbox.flow_log_request import DEFAULT_LOG_FORMAT, FlowLogRequest, problem_of
from flowinsight.sandbox.world import World

_PER_RESOURCE = 250
_FILTERS = {
    "deliver-log-status", "log-destination-type", "flow-log-id", "log-group-name", "resource-id", "traffic-type", "tag-key",
}  # fmt: skip


class SandboxFlowLog(FlowLogs):
    """A flow log with everything DescribeFlowLogs tells of it."""

    __module__ = "moto.ec2.models.flow_logs"

    captures_from: int = 0
    destination_options: dict[str, Any] | None = None
    deliver_cross_account_role: str | None = None
    tag_field_specifications: list[dict[str, Any]] | None = None

    def get_filter_value(self, filter_name: str, method_name: str | None = None) -> Any:  # noqa: ANN401 - moto's
        if filter_name == "deliver-log-status":
            return self.deliver_logs_status
        return super().get_filter_value(filter_name, method_name)

    def fail(self, reason: str) -> None:
        self.deliver_logs_status, self.deliver_logs_error_message = "FAILED", reason


class SandboxEC2(EC2Backend):
    """One account and region of EC2."""

    world: ClassVar[World]
    __module__ = "moto.ec2.models"  # moto finds a backend's URLs through its module's name

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.tokens: dict[str, tuple[Mapping[str, Any], Mapping[str, Any]]] = {}

    @property
    def place(self) -> Place:
        return Place(self.account_id, self.region_name)

    def create(self, request: FlowLogRequest, tags: dict[str, str]) -> tuple[list[str], list[dict[str, Any]]]:
        """Create one flow log a resource; return the ids and, as AWS does with HTTP 200, what was unsuccessful."""
        self._refuse_young_role(request)
        for resource in request.resource_ids:
            self._check_resource(request, resource)
        problem = self._bucket_problem(request) if request.destination_type == "s3" else None
        if problem:
            error = {"Code": "400", "Message": problem}
            return [], [{"ResourceId": resource, "Error": error} for resource in request.resource_ids]
        return [self._add(request, resource, tags) for resource in request.resource_ids], []

    def _add(self, request: FlowLogRequest, resource: str, tags: dict[str, str]) -> str:
        flow_log = SandboxFlowLog(  # type: ignore[abstract]  # moto's own class is abstract in name only
            self, random_flow_log_id(), resource, cast("str", request.traffic_type),
            cast("str", request.log_destination), cast("str", request.log_group_name), cast("str", request.role),
            request.interval, request.destination_type, request.log_format or DEFAULT_LOG_FORMAT,
        )  # fmt: skip
        flow_log.destination_options = request.options
        flow_log.deliver_cross_account_role = request.cross_account_role
        flow_log.tag_field_specifications = list(request.tag_fields) or None
        flow_log.creation_time = self.world.clock.utc()
        flow_log.captures_from = int(self.world.clock.now())
        self.flow_logs[flow_log.id] = flow_log
        flow_log.add_tags(tags)
        return flow_log.id

    def _refuse_young_role(self, request: FlowLogRequest) -> None:
        role = deliverable.find_role(request.role, self.place) if request.role else None
        wait = self.world.settings.iam_propagation
        if role is not None and wait and (self.world.clock.utc() - role.create_date).total_seconds() < wait:
            raise refusals.ec2("role-propagation", "Unable to assume given IAM role")

    def _check_resource(self, request: FlowLogRequest, resource: str) -> None:
        find = {"VPC": self.get_vpc, "Subnet": self.get_subnet, "NetworkInterface": self.get_network_interface}
        if request.resource_type in find:
            find[request.resource_type](resource)
        else:
            self._check_gateway(cast("str", request.resource_type), resource)
        mine = [flow_log for flow_log in self.flow_logs.values() if flow_log.resource_id == resource]
        if len(mine) >= _PER_RESOURCE:
            raise refusals.ec2("limit", f"At most {_PER_RESOURCE} flow logs are allowed for {resource}.")
        wanted = (request.log_group_name, request.log_destination, request.traffic_type)
        if wanted in [(item.log_group_name, item.log_destination, item.traffic_type) for item in mine]:
            message = "Error. There is an existing Flow Log with the same configuration and log destination."
            raise refusals.ec2("already-exists", message)

    def _check_gateway(self, kind: str, resource: str) -> None:
        kinds: dict[str, tuple[Mapping[str, Any], str]] = {
            "TransitGateway": (self.transit_gateways, "InvalidTransitGatewayID.NotFound"),
            "TransitGatewayAttachment": (
                self.transit_gateway_attachments,
                "InvalidTransitGatewayAttachmentID.NotFound",
            ),
            "RegionalNatGateway": (self.nat_gateways, "NatGatewayNotFound"),
        }
        known, code = kinds.get(kind, ({}, "InvalidParameter"))
        if resource not in known:
            raise EC2ClientError(code, f"The {kind} '{resource}' does not exist.")

    def _bucket_problem(self, request: FlowLogRequest) -> str | None:
        path = deliverable.bucket_path(cast("str", request.log_destination), request.options)
        bucket = deliverable.find_bucket(path.bucket)
        if bucket is None:
            return f"LogDestination: {path.bucket} does not exist."
        key = deliverable.encryption_key(bucket)
        if key is not None and not key.startswith("arn:"):
            return f"LogDestination: {path.bucket} is undeliverable"
        writable = deliverable.may_write_bucket(bucket, path, self.place)
        if not writable and not deliverable.attach_delivery_statements(bucket, path, self.place):
            return f"Access Denied for LogDestination: {path.bucket}. Please check LogDestination permission"
        return None


class SandboxEC2Response(EC2Response):
    """Each method is one action, found by its snake_case name; the rest is moto's."""

    __module__ = "moto.ec2.responses"

    @property
    def ec2_backend(self) -> SandboxEC2:
        return cast("SandboxEC2", super().ec2_backend)

    def create_flow_logs(self) -> ActionResult:
        request, token = self._read_request(), self._get_param("ClientToken")
        tags = self._parse_tag_specification().get("vpc-flow-log", {})
        broken = problem_of(request)
        if broken:
            raise refusals.ec2(*broken)
        self.error_on_dryrun()
        asked = {"request": request, "tags": tags}
        known = self.ec2_backend.tokens.get(token) if token else None
        if known is not None:
            if known[0] != asked:
                message = "The same client token was used with different parameters."
                raise refusals.ec2("client-token-changed", message)
            return ActionResult(dict(known[1]))
        ids, unsuccessful = self.ec2_backend.create(request, tags)
        answer = {"FlowLogIds": ids, "Unsuccessful": unsuccessful, "ClientToken": token}
        if token:
            self.ec2_backend.tokens[token] = (asked, answer)
        return ActionResult(dict(answer))

    def _read_request(self) -> FlowLogRequest:
        specifications = self._get_param("TagSpecifications", []) or self._get_param("TagSpecification", [])
        return FlowLogRequest(
            resource_ids=tuple(self._get_param("ResourceIds", [])),
            resource_type=self._get_param("ResourceType"),
            traffic_type=self._get_param("TrafficType"),
            destination_type=self._get_param("LogDestinationType") or "cloud-watch-logs",
            log_group_name=self._get_param("LogGroupName"),
            log_destination=self._get_param("LogDestination"),
            role=self._get_param("DeliverLogsPermissionArn"),
            cross_account_role=self._get_param("DeliverCrossAccountRole"),
            log_format=self._get_param("LogFormat"),
            interval=self._get_int_param("MaxAggregationInterval", 600),
            options=_plain(self._get_param("DestinationOptions")),
            tag_resource_types=tuple(item.get("ResourceType", "") for item in specifications),
            tag_fields=tuple(_plain(item) or {} for item in self._get_param("TagFieldSpecifications", [])),
        )

    def describe_flow_logs(self) -> ActionResult:
        self.error_on_dryrun()
        ids, filters = self._get_param("FlowLogIds", []), self._filters_from_querystring()
        known = self.ec2_backend.flow_logs
        _refuse_unknown(ids, known)
        for name in filters:
            if name not in _FILTERS and not name.startswith("tag:"):
                raise refusals.ec2("describe-unknown-filter", f"The filter '{name}' is invalid")
        chosen = [flow_log for flow_log in known.values() if not ids or flow_log.id in ids]
        found = sorted(generic_filter(filters, chosen), key=lambda flow_log: (flow_log.creation_time, flow_log.id))
        first = _read_token(self._get_param("NextToken"))
        limit = self._get_int_param("MaxResults") or len(found)
        more = _token(first + limit) if len(found) > first + limit else None
        return ActionResult({"FlowLogs": found[first : first + limit], "NextToken": more})

    def delete_flow_logs(self) -> ActionResult:
        self.error_on_dryrun()
        unsuccessful = []
        for flow_log_id in self._get_param("FlowLogIds", []):
            if self.ec2_backend.flow_logs.pop(flow_log_id, None) is None:
                error = {"Code": "InvalidFlowLogId.NotFound", "Message": _not_found([flow_log_id])}
                unsuccessful.append({"ResourceId": flow_log_id, "Error": error})
        return ActionResult({"Unsuccessful": unsuccessful})


def _plain(value: Any) -> dict[str, Any] | None:  # noqa: ANN401 - moto's parsed parameters
    return None if value is None else dict(value)


def _not_found(ids: list[str]) -> str:
    return f"These flow log ids in the input list are not found: [TotalCount: {len(ids)}] {' '.join(ids)}"


def _refuse_unknown(ids: list[str], known: Mapping[str, FlowLogs]) -> None:
    missing = [flow_log_id for flow_log_id in ids if flow_log_id not in known]
    if missing:
        raise refusals.ec2("describe-unknown-id", _not_found(missing))


def _token(offset: int) -> str:
    return base64.urlsafe_b64encode(json.dumps({"from": offset}).encode()).decode()


def _read_token(token: str | None) -> int:
    if token is None:
        return 0
    try:
        return int(json.loads(base64.urlsafe_b64decode(token))["from"])
    except (ValueError, KeyError, TypeError) as error:
        raise _invalid_token() from error


def _invalid_token() -> EC2ClientError:
    return refusals.ec2("describe-paging", "The token is not valid.")
