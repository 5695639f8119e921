"""Which calls the sandbox offers. Everything else is an error: an empty success would teach the wrong thing."""

from flowinsight.sandbox.envelope import Call, Refusal

SERVICES = ("ec2", "iam", "logs", "s3", "sts", "kms", "elasticloadbalancing", "rds", "tagging")
_MOTO_PATHS = ("/moto-api", "/latest/meta-data/", "/latest/api/")  # moto's own controls and its instance metadata
_REFUSED = {
    # Moto answers these from its own event lists, which are empty here, or with results that ignore the question.
    "logs": {
        "StartLiveTail", "CreateExportTask", "PutSubscriptionFilter", "DescribeSubscriptionFilters",
        "DeleteSubscriptionFilter",
    },
    "s3": {"SelectObjectContent"},
}  # fmt: skip


def refuse_unoffered(call: Call) -> Refusal | None:
    if call.path.startswith(_MOTO_PATHS):
        return Refusal(404, "NotFound", "The sandbox's own controls are at /_sandbox.")
    if call.service not in SERVICES or call.action in _REFUSED.get(call.service, ()):
        return unknown_operation(call)
    return None


def unknown_operation(call: Call) -> Refusal:
    """Say that a call is not offered, in the words and the code of its protocol."""
    sentence = f"The sandbox does not offer {call.service} {call.action}."
    match call.protocol:
        case "json":
            return Refusal(501, "UnknownOperationException", sentence)
        case "ec2" | "query":
            return Refusal(501, "InvalidAction", sentence)
        case "s3":
            return Refusal(501, "NotImplemented", sentence)
