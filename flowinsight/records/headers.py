"""Headers: the words that name the columns, in text, CSV, Parquet and JSON alike, brought to AWS's tokens."""

from collections.abc import Sequence

from flowinsight import fields

MOST_COLUMNS = 1000

_MARKS = str.maketrans("", "", "${}")


def as_header(words: Sequence[str]) -> tuple[str, ...] | None:
    """The tokens that column names say, or None when they are not a header: at least half must be known fields.

    A name may be AWS's token, the column name of Parquet and Athena, or the name CloudWatch Logs Insights discovers.
    An unknown name stays as it is; a name that comes again gets its position, so that no column hides another.
    """
    if not 0 < len(words) <= MOST_COLUMNS:
        return None
    plain = ["_".join(word.translate(_MARKS).split()) for word in words]
    known = [fields.find(word) for word in plain]
    if 2 * sum(field is not None for field in known) < len(words):
        return None
    tokens: list[str] = []
    for number, (word, field) in enumerate(zip(plain, known, strict=True), 1):
        token = word if field is None else field.token
        tokens.append(token if token and token not in tokens else f"{token}.{number}")
    return tuple(tokens)
