"""Where records lie: values that say it, without opening anything."""

import re
from dataclasses import dataclass
from pathlib import Path

from flowinsight.errors import SourceError
from flowinsight.fields import DEFAULT_FORMAT

_LOG_GROUP = re.compile(r"[.\-_/#A-Za-z0-9]{1,512}")
_LOG_GROUP_ARN = re.compile(
    r"arn:aws[a-z-]*:logs:(?P<region>[a-z0-9-]+):(?P<account>\d{12}):log-group:[.\-_/#A-Za-z0-9]{1,512}"
)
STANDARD = "STANDARD"
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")


@dataclass(frozen=True)
class Files:
    """Flow log files and folders on disk; `tokens` is the format of lines that have no header before them."""

    paths: tuple[Path, ...]
    tokens: tuple[str, ...] | None = None

    @property
    def label(self) -> str:
        return ", ".join(path.name or str(path) for path in self.paths)


@dataclass(frozen=True)
class LogGroup:
    """A log group of CloudWatch Logs, by its name or, in another account, its ARN; SourceError when it is neither.

    `formats` are those of its flow logs, and `origin` says where they are known from; not `ordered`, they name the fields of an
    event and not their order. `region` None is the ARN's, or the identity's. `log_class` is CloudWatch's, empty where it was not
    asked.
    """

    name: str
    region: str | None = None
    formats: tuple[tuple[str, ...], ...] = (DEFAULT_FORMAT,)
    origin: str = "assumed to be the default format"
    log_class: str = ""
    ordered: bool = True

    def __post_init__(self) -> None:
        arn = _LOG_GROUP_ARN.fullmatch(self.name)
        if arn is None and not _LOG_GROUP.fullmatch(self.name):
            raise SourceError(f"{self.name} is not the name of a log group, nor its ARN.")
        if arn is not None and self.region is None:
            object.__setattr__(self, "region", arn["region"])

    @property
    def has_patterns(self) -> bool:
        """Whether filter patterns work on it: only the Standard class has them. Source: CloudWatch_Logs_Log_Classes."""
        return self.log_class in {"", STANDARD}

    @property
    def parameter(self) -> str:
        """The name under which CloudWatch Logs wants it."""
        return "logGroupIdentifier" if self.name.startswith("arn:") else "logGroupName"

    @property
    def label(self) -> str:
        return self.name.partition(":log-group:")[2] or self.name

    @property
    def described(self) -> str:
        """Its label, and what is not usual of it: the account of an ARN, and a class other than Standard."""
        arn = _LOG_GROUP_ARN.fullmatch(self.name)
        unusual = "" if self.has_patterns else self.log_class.replace("_", " ").capitalize()
        return " · ".join(filter(None, (self.label, arn and arn["account"], unusual)))


@dataclass(frozen=True)
class S3Objects:
    """Flow logs in a bucket, below a prefix (empty, or ending in a slash). Empty `accounts` or `regions` mean all.

    `requester_pays` says that the reader agreed to pay for the requests and the transfer.
    """

    bucket: str
    prefix: str = ""
    accounts: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    requester_pays: bool = False

    def __post_init__(self) -> None:
        if not _BUCKET.fullmatch(self.bucket):
            raise SourceError(f"{self.bucket} is not the name of a bucket.")
        if self.prefix.startswith("/") or (self.prefix and not self.prefix.endswith("/")):
            raise SourceError("A prefix is a folder: it ends in a slash, and does not begin with one.")

    @staticmethod
    def parse(url: str) -> "S3Objects":
        """The bucket and prefix of `s3://bucket/prefix/`; SourceError otherwise."""
        if not url.startswith("s3://"):
            raise SourceError(f"{url} is not the place of objects in S3, such as s3://bucket/prefix/.")
        bucket, _, prefix = url.removeprefix("s3://").partition("/")
        return S3Objects(bucket, prefix if not prefix or prefix.endswith("/") else f"{prefix}/")

    @property
    def label(self) -> str:
        return f"s3://{self.bucket}/{self.prefix}"


Source = Files | LogGroup | S3Objects
