"""How a Logs Insights query can fail, one kind for each thing a person can do about it."""

from flowinsight.errors import AwsError


class MalformedQueryError(AwsError):
    """CloudWatch cannot compile the text; `start` and `end` are the characters to blame, where it says so."""

    def __init__(self, message: str, start: int | None = None, end: int | None = None) -> None:
        super().__init__(message, "MalformedQueryException")
        self.start = start
        self.end = end


class QueryCancelledError(AwsError):
    """The caller stopped it, and so it was stopped at AWS. What was scanned until then is paid for."""

    def __init__(self, bytes_scanned: int) -> None:
        super().__init__(
            f"Cancelled. The query was stopped at AWS after {bytes_scanned / 1e6:,.1f} MB, which are paid for."
        )
        self.bytes_scanned = bytes_scanned


class QueryEndedError(AwsError):
    """It ended at AWS without a result; `status` is AWS's own: Failed, Timeout, Cancelled or Unknown."""

    def __init__(self, status: str, query_id: str, bytes_scanned: int) -> None:
        super().__init__(f"{_ENDED.get(status, _ENDED['Unknown'])} Query id: {query_id}.", status)
        self.status = status
        self.query_id = query_id
        self.bytes_scanned = bytes_scanned


_ENDED = {
    "Failed": "CloudWatch could not finish the query. Ask again; if it fails again, narrow its time range.",
    "Timeout": "The query ran for 60 minutes, which is as long as CloudWatch lets one. Narrow its time range.",
    "Cancelled": "Somebody else stopped the query at AWS. Ask again.",
    "Unknown": "CloudWatch lost track of the query. Ask again.",
}


class RowsMissingError(AwsError):
    """CloudWatch counts more rows than it gave, page after page: nobody knows which are missing."""

    def __init__(self, counted: int, came: int) -> None:
        super().__init__(
            f"CloudWatch counts {counted:,} rows and gave {came:,}. Which are missing is not known, so none was taken: ask again."
        )


class BusyError(AwsError):
    """The account runs as many queries as it may; dashboards and other people's count too."""
