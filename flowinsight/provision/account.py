"""One account and region to read and to change: the only door to AWS, with an audit line for every call."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flowinsight import aws
from flowinsight.errors import AwsError, UnreachableError
from flowinsight.provision.audit import Audit
from flowinsight.provision.settings import Place

_READS = ("describe_", "get_", "list_", "head_", "filter_")
Clients = Callable[[str], Any]


@dataclass(frozen=True)
class Account:
    """`clients` gives a client for a service's boto3 name; `setup` is written into every audit line."""

    place: Place
    clients: Clients
    audit: Audit
    setup: str = ""

    def call(self, service: str, operation: str, doing: str, **parameters: Any) -> dict[str, Any]:  # noqa: ANN401
        """Make one call; AwsError, its message completing "could not …" with `doing`, when AWS refuses."""
        told = {
            "setup": self.setup,
            "account": self.place.account,
            "region": self.place.region,
            "service": service,
            "operation": operation,
            "parameters": parameters,
        }
        changes = not operation.startswith(_READS) and not parameters.get("DryRun")
        if changes:
            self.audit.write({**told, "outcome": "sent"})
        try:
            with aws.translated(doing=doing):
                answer: dict[str, Any] = getattr(self.clients(service), operation)(**parameters)
        except UnreachableError as error:
            self.audit.write({**told, "outcome": "unknown", "error": error.code or "no answer"})
            raise
        except AwsError as error:
            self.audit.write({**told, "outcome": "refused", "error": error.code or str(error)})
            raise
        request = answer.get("ResponseMetadata", {}).get("RequestId")
        self.audit.write({**told, "outcome": "done", "request": request}, durable=changes)
        return answer

    def note(self, what: str, **more: object) -> None:
        """Write into the audit file what no single call tells."""
        setup, account, region = self.identity_of_lines
        self.audit.write(
            {"setup": setup, "account": account, "region": region, "operation": what, "outcome": "noted", **more}
        )

    def remembered(self, create: str, delete: str, parameter: str) -> set[str]:
        """Names of what the setup asked to create in this account and region, and did not delete again, by the audit file.

        Names only: whether such a resource exists, and whose it is, is for AWS and the tag to say.
        """
        names: set[str] = set()
        for entry in self.audit.entries(create, delete):
            if (entry.get("setup"), entry.get("account"), entry.get("region")) != self.identity_of_lines:
                continue
            name = str(entry.get("parameters", {}).get(parameter, ""))
            if entry.get("operation") == create and entry.get("outcome") != "refused":
                names.add(name)
            elif entry.get("operation") == delete and entry.get("outcome") == "done":
                names.discard(name)
        return names

    @property
    def identity_of_lines(self) -> tuple[str, str, str]:
        return self.setup, self.place.account, self.place.region

    def pages(
        self,
        service: str,
        operation: str,
        doing: str,
        token: str,
        **parameters: Any,  # noqa: ANN401 what the operation takes
    ) -> Iterator[dict[str, Any]]:
        """Make a call for every page; `token` is the name of its paging parameter (NextToken, nextToken).

        The answer names it the same, or with Next before it (ContinuationToken, NextContinuationToken).
        """
        while True:
            page = self.call(service, operation, doing, **parameters)
            yield page
            following = page.get(token) or page.get(f"Next{token}")
            if not following:
                return
            parameters[token] = following

    def pages_of_versions(self, bucket: str, doing: str) -> Iterator[dict[str, Any]]:
        """Every version of every object, up to 1,000 a page, always from the start: what was listed may be deleted."""
        while True:
            page = self.call("s3", "list_object_versions", doing, Bucket=bucket)
            yield page
            if not page.get("IsTruncated"):
                return


def aws_words(error: AwsError) -> str:
    """What AWS itself said, for telling a passing refusal from a final one."""
    response = getattr(error.__cause__, "response", None) or {}
    return str(response.get("Error", {}).get("Message", "")) or str(error)


def open_account(identity: aws.Identity, audit: Path, setup: str = "") -> Account:
    """The account an identity belongs to; AwsError when nobody is signed in or no region is known."""
    caller = aws.whoami(identity)
    region = str(aws.client(identity, "ec2").meta.region_name)
    place = Place(caller.account, region, caller.arn.split(":")[1], identity.is_sandbox)
    return Account(place, lambda service: aws.client(identity, service), Audit(audit), setup)
