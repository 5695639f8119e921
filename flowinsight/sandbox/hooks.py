"""Where the sandbox takes hold of moto, and a check that every hold is where it was.

Moto's insides are no public interface, so the version is pinned exactly and an unexpected shape stops the start with a
sentence instead of giving wrong answers later.
"""

from typing import Any

from moto.core.base_backend import BackendDict
from moto.ec2 import urls as ec2_urls
from moto.ec2.models import EC2Backend, ec2_backends
from moto.ec2.models.flow_logs import FlowLogs
from moto.ec2.responses import EC2Response
from moto.iam.models import IAMBackend, iam_backends
from moto.kms.models import KmsBackend, kms_backends
from moto.logs import urls as logs_urls
from moto.logs.models import LogsBackend, logs_backends
from moto.logs.responses import LogsResponse
from moto.moto_api._internal import mock_random
from moto.s3 import models as s3_models
from moto.s3.models import FakeBucket, S3Backend, s3_backends

from flowinsight.sandbox.flow_logs import SandboxEC2, SandboxEC2Response
from flowinsight.sandbox.founding import ID_MAKERS
from flowinsight.sandbox.identities import SandboxBucket, SandboxIAM, SandboxS3
from flowinsight.sandbox.keys import SandboxKMS
from flowinsight.sandbox.log_groups import SandboxLogs
from flowinsight.sandbox.logs_actions import SandboxLogsResponse
from flowinsight.sandbox.moto_pin import MOTO_VERSION, HookError, check_version
from flowinsight.sandbox.world import World

_BACKENDS: tuple[tuple[Any, type, Any], ...] = (
    (logs_backends, LogsBackend, SandboxLogs),
    (ec2_backends, EC2Backend, SandboxEC2),
    (iam_backends, IAMBackend, SandboxIAM),
    (s3_backends, S3Backend, SandboxS3),
    (kms_backends, KmsBackend, SandboxKMS),
)
_URLS: tuple[tuple[Any, str, type, type], ...] = (
    (logs_urls, "{0}/$", LogsResponse, SandboxLogsResponse),
    (ec2_urls, "{0}/", EC2Response, SandboxEC2Response),
)
_OVERRIDDEN: tuple[tuple[type, tuple[str, ...]], ...] = (
    (LogsBackend, ("create_log_group", "delete_log_group", "create_log_stream", "put_retention_policy")),
    (LogsResponse, ("filter_log_events", "get_log_events", "describe_log_streams", "start_query")),
    (EC2Response, ("create_flow_logs", "describe_flow_logs", "delete_flow_logs", "error_on_dryrun")),
    (IAMBackend, ("create_role", "update_assume_role_policy", "delete_policy", "get_role_by_arn")),
    (KmsBackend, ("disable_key", "enable_key", "schedule_key_deletion", "cancel_key_deletion", "get_key_id")),
    (FlowLogs, ("get_filter_value", "add_tags")),
    (FakeBucket, ("get_permission",)),
    (S3Backend, ("create_bucket", "put_bucket_policy", "put_object", "put_public_access_block", "put_bucket_tagging")),
)


def check() -> None:
    """Raise HookError, naming what moved, unless moto is exactly what the sandbox was built on."""
    check_version()
    for backends, expected, _ in _BACKENDS:
        _expect(isinstance(backends, BackendDict), f"{expected.__name__}'s register is no BackendDict")
        _expect(backends.backend is expected, f"{expected.__name__} is not the class its register makes")
    for urls, path, expected, _ in _URLS:
        handler = urls.url_paths.get(path)
        _expect(getattr(handler, "__self__", None) is expected, f"{path} is not served by {expected.__name__}")
        _expect(len(urls.url_paths) == 1, f"{expected.__name__} is served under more than one path")
    _expect(
        isinstance(getattr(s3_backends, "bucket_accounts", None), dict), "S3's register does not say whose a bucket is"
    )
    for module, maker in ID_MAKERS:
        _expect(callable(getattr(module, maker, None)), f"{module.__name__}.{maker} is gone")
    for owner, names in _OVERRIDDEN:
        for name in names:
            _expect(callable(getattr(owner, name, None)), f"{owner.__name__}.{name} is gone")


def install(world: World) -> None:
    """Put the sandbox's classes in moto's places; once a process, before the first request."""
    check()
    mock_random.seed(world.seed)
    for backends, _, ours in _BACKENDS:
        ours.world = world
        backends.backend = ours
    s3_models.FakeBucket = SandboxBucket  # type: ignore[misc]
    for urls, path, _, response in _URLS:
        urls.url_paths[path] = response.dispatch  # type: ignore[attr-defined]


def _expect(holds: object, what: str) -> None:
    if not holds:
        raise HookError(
            f"moto {MOTO_VERSION} is not shaped as expected: {what}. Reinstall it from the requirements file."
        )
