"""How a line falls into fields, as one regular expression that Python and RE2 read alike.

The grammar gives every line exactly one reading, so conditions may be written into the expression: a field starts at a
character that is no space; a double quotation mark or an opening bracket makes it run to its closing partner (or to
the end of the line, when there is none), anything else to the next space.
"""

import re
from collections.abc import Sequence

from flowinsight.sandbox.logslang.matching.regexes import END, KEEP, for_python
from flowinsight.sandbox.logslang.matching.values import Text

BLANKS = "\t\n\f\r "
SPACE = r"[\t\n\f\r ]"
WORD_START = r"[^\t\n\f\r \"\[]"
WORD = r"[^\t\n\f\r ]*"
IN_QUOTES = r"[^\"]*"
IN_BRACKETS = r"[^\]]*"
WORD_END = rf"(?:{SPACE}+{KEEP}|{END})"
QUOTES_END = rf"(?:\"{SPACE}*{KEEP}|{END})"
BRACKETS_END = rf"(?:\]{SPACE}*{KEEP}|{END})"
FIELD = rf"(?:{WORD_START}{WORD}{KEEP}{WORD_END}|\"{IN_QUOTES}{KEEP}{QUOTES_END}|\[{IN_BRACKETS}{KEEP}{BRACKETS_END})"
CAPTURED = (
    rf"(?:({WORD_START}{WORD}{KEEP}){WORD_END}"
    rf"|\"({IN_QUOTES}{KEEP}){QUOTES_END}|\[({IN_BRACKETS}{KEEP}){BRACKETS_END})"
)
LAST = r"[^\t\n\f\r ](?:[\s\S]*[^\t\n\f\r ])?"
REST = r"[^\t\n\f\r ]"
# The order matters: a lone quoted or bracketed field loses its delimiters, several fields are the text as it stands.
CAPTURED_REST = rf"(?:\"({IN_QUOTES})(?:\"{SPACE}*)?{END}|\[({IN_BRACKETS})(?:\]{SPACE}*)?{END}|({LAST}){SPACE}*{END})"


def assemble(before: Sequence[str], after: Sequence[str] | None) -> str:
    """Join the expressions of fields into that of a line; `after` holds those behind `...`, None when there is none."""
    start = rf"\A{SPACE}*"
    if not after:
        return "".join([start, *before])
    return "".join([start, *before, f"{FIELD}*", *after, END])


_FIELD = re.compile(for_python(CAPTURED))
_REST = re.compile(for_python(CAPTURED_REST))


def split(message: str, most: int | None) -> list[str]:
    """Split a line into its fields; with `most`, the last one takes the rest of the line."""
    values: list[str] = []
    position = len(message) - len(message.lstrip(BLANKS))
    while position < len(message):
        last = most is not None and len(values) == most - 1
        found = (_REST if last else _FIELD).match(message, position)
        if found is None:  # the grammar reads every line
            raise AssertionError(message)
        values.append(next(group for group in found.groups() if group is not None))
        position = found.end()
    return values


def field_equal_to(texts: list[Text], *, rest: bool) -> str | None:
    """Return the expression of a field that equals one of `texts`, or None where that cannot be written exactly."""
    if rest and any(text.anything_before or text.core[:1] in ('"', "[", "") for text in texts):
        return None  # whether such a rest loses its delimiters depends on what follows
    if rest and any(text.core != text.core.strip(BLANKS) for text in texts):
        return None
    options = [option for text in texts for option in (_rest_options(text) if rest else _field_options(text))]
    return f"(?:{'|'.join(options)})" if options else None


def _field_options(text: Text) -> list[str]:
    core = re.escape(text.core)
    options = []
    if '"' not in text.core:
        options.append(rf"\"{_around(text, core, IN_QUOTES)}{QUOTES_END}")
    if "]" not in text.core:
        options.append(rf"\[{_around(text, core, IN_BRACKETS)}{BRACKETS_END}")
    if re.search(SPACE, text.core) is None:
        options += [word + WORD_END for word in _word_options(text, core)]
    return options


def _around(text: Text, core: str, anything: str) -> str:
    return (anything if text.anything_before else "") + core + (anything if text.anything_after else "")


def _word_options(text: Text, core: str) -> list[str]:
    """Keep a `*` in front from standing for a quotation mark or a bracket: no word starts with one."""
    tail = WORD if text.anything_after else ""
    if not text.core:
        return [WORD_START + WORD] if text.anything_before else []
    options = [] if text.core[0] in '"[' else [core + tail]
    return [*options, WORD_START + WORD + core + tail] if text.anything_before else options


def _rest_options(text: Text) -> list[str]:
    core = re.escape(text.core)
    options = []
    if '"' not in text.core:
        options.append(rf"\"{_around(text, core, IN_QUOTES)}(?:\"{SPACE}*)?{END}")
    if "]" not in text.core:
        options.append(rf"\[{_around(text, core, IN_BRACKETS)}(?:\]{SPACE}*)?{END}")
    return [*options, core + (r"[\s\S]*" if text.anything_after else f"{SPACE}*{END}")]
