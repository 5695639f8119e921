"""One error type per thing a person was doing. Every message is a sentence they can act on."""


class FlowInsightError(Exception):
    """Base of every error that is shown to a person as it is, without a traceback."""


class QuestionError(FlowInsightError):
    """The question cannot be understood; `position` and `length` point at the word, when one is to blame."""

    def __init__(self, message: str, position: int | None = None, length: int = 0) -> None:
        super().__init__(message)
        self.position = position
        self.length = length


class SourceError(FlowInsightError):
    """A source cannot be read: a missing path, no permission, not a flow log."""


class EngineError(FlowInsightError):
    """A question was understood but its query failed."""


class ReportError(FlowInsightError):
    """A report cannot be written where it was to go."""


class CaseError(FlowInsightError):
    """The questions and notes of a case cannot be read or kept."""


class AwsError(FlowInsightError):
    """AWS could not be asked, or refused. `code` is AWS's own, `action` the permission the call needs, where known."""

    def __init__(self, message: str, code: str = "", action: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.action = action


class DeniedError(AwsError):
    """A permission is missing: `action` names it."""


class ExpiredError(AwsError):
    """There are no valid credentials: none at all, expired ones, or ones that AWS does not accept."""


class ThrottledError(AwsError):
    """AWS asks for fewer requests; the same call may succeed later."""


class UnreachableError(AwsError):
    """AWS did not answer, or answered with an error of its own; the same call may succeed later."""
