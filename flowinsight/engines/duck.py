"""The embedded engine: DuckDB over the views of `db`. Query text is built from field names only; every value is bound."""

from flowinsight import conditions, db, fields
from flowinsight.answer import Answer, Statement, limited
from flowinsight.conditions import Condition
from flowinsight.errors import EngineError
from flowinsight.question import Question

ENGINE, LANGUAGE = "duck", "DuckDB SQL"

_MEASURES = {
    "bytes": "coalesce(sum(bytes), 0)::BIGINT AS bytes",
    "packets": "coalesce(sum(packets), 0)::BIGINT AS packets",
    "records": "$count::BIGINT AS records",
}


def compile_rows(question: Question, relation: str, asked: Condition, count: str) -> Statement:
    """Records counted by record fields, before duplicates are removed; one row more than the limit.

    `asked` says which rows of the relation the question is about, `count` in SQL how many records they stand for.
    """
    keys = [f'"{fields.BY_TOKEN[token].name}"' for token in question.grouping]
    selected = list(keys)
    if question.bin is not None:
        selected.append(f"start // {int(question.bin)} * {int(question.bin)} AS bin")
        keys.append("bin")
    order = ", ".join([f'"{question.measures[0]}" DESC', *(f"{key} ASC NULLS LAST" for key in keys)])
    measures = [_MEASURES[measure].replace("$count", count) for measure in question.measures]
    return _statement(
        f"SELECT {', '.join([*selected, *measures])} FROM {relation} WHERE $condition "
        f"GROUP BY {', '.join(keys)} ORDER BY {order} LIMIT {question.limit + 1}",
        asked,
    )


def compile_records(question: Question, tokens: frozenset[str], relation: str) -> Statement:
    """The records themselves, newest first, with the fields that the formats carry; one row more than the limit."""
    columns = [field.name for field in fields.FIELDS if field.token in tokens]
    listed = ", ".join(f'"{name}"' for name in [*columns, "extra"])
    order = ", ".join(["start DESC NULLS LAST", *(f'"{name}" ASC NULLS LAST' for name in columns if name != "start")])
    return _statement(
        f"SELECT {listed} FROM {relation} WHERE $condition ORDER BY {order} LIMIT {question.limit + 1}",
        conditions.asked(question),
    )


def _statement(text: str, condition: Condition) -> Statement:
    return Statement(ENGINE, LANGUAGE, text.replace("$condition", condition.sql), condition.parameters)


def run(statement: Statement, question: Question, connection: db.Connection) -> Answer:
    """The rows of a compiled statement; EngineError when DuckDB refuses or is interrupted."""
    try:
        found = db.rows(connection, statement.text, statement.parameters)
    except db.Interrupted as error:
        raise EngineError("The question was cancelled.") from error
    except db.Error as error:
        raise EngineError("The embedded engine could not run this question.") from error
    return limited(question, statement, found)
