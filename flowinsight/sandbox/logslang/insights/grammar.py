"""The grammar of Logs Insights QL, for lark: the commands this engine executes."""

GRAMMAR = r"""
query: (source "|")? command ("|" command)*

source: "source"i NAME "(" [source_argument ("," source_argument)*] ")"
source_argument: [NAME ":"] source_list
source_list: "[" [STRING ("," STRING)*] "]" | STRING

?command: fields | display | filter | parse | stats | sort | limit | dedup | unnest | estimate

fields: "fields"i output ("," output)*
display: "display"i output ("," output)*
filter: ("filter"i | "where"i) _expression
parse: "parse"i [name] STRING "as"i alias ("," alias)* -> parse_glob
     | "parse"i [name] REGEX                          -> parse_regex
stats: "stats"i output ("," output)* ["by"i by_list]
by_list: output ("," output)*
sort: "sort"i sort_key ("," sort_key)*
sort_key: _expression [ASC | DESC]
limit: "limit"i [ANY] INTEGER
dedup: "dedup"i name ("," name)*
unnest: "unnest"i name "into"i alias
estimate: "estimate"i

output: _expression ["as"i alias]
alias: NAME | QUOTED_NAME
name: NAME | QUOTED_NAME

_expression: disjunction
?disjunction: conjunction | conjunction ("or"i conjunction)+ -> either
?conjunction: negation | negation ("and"i negation)+ -> both
?negation: comparison | ("not"i | "!") negation -> negated
?comparison: sum
           | sum COMPARE sum              -> compared
           | sum "like"i pattern          -> like
           | sum "not"i "like"i pattern   -> not_like
           | sum MATCHES pattern             -> like
           | sum "in"i choices               -> member
           | sum "not"i "in"i choices        -> not_member
pattern: STRING | REGEX
choices: "[" [sum ("," sum)*] "]"
?sum: product | sum ADD product -> arithmetic
?product: power | product MULTIPLY power -> arithmetic
?power: signed | signed POWER power -> arithmetic
?signed: atom | "-" signed -> negative
?atom: NUMBER            -> number
     | INTEGER           -> number
     | STRING            -> text
     | PERIOD            -> period
     | TRUE              -> true
     | FALSE             -> false
     | name
     | NAME "(" [arguments] ")" -> call
     | "(" disjunction ")"
arguments: argument ("," argument)*
?argument: disjunction | MULTIPLY -> star

ASC: "asc"i
DESC: "desc"i
ANY: "any"i
TRUE: "true"i
FALSE: "false"i
MATCHES.4: "=~"
COMPARE.2: "==" | "=" | "!=" | "<=" | ">=" | "<" | ">"
ADD: "+" | "-"
MULTIPLY: "*" | "/" | "%"
POWER: "^"

PERIOD.3: /\d+(?!e[+-]?\d)[a-z]+/i
NUMBER.2: /\d+\.\d+(e[+-]?\d+)?|\d+e[+-]?\d+/i
INTEGER: /\d+/
STRING: /"(\\.|[^"\\])*"|'(\\.|[^'\\])*'/s
REGEX.5: /\/(\\.|[^\/\\])+\//s
NAME: /@?(?!in\[)[a-z_][a-z0-9_]*(\.[a-z0-9_@]+|\.`[^`]+`|\[\d+\])*/i
QUOTED_NAME: /@?`[^`]+`(\.[a-z0-9_@]+|\.`[^`]+`|\[\d+\])*/i

COMMENT: /#[^\n]*/
%ignore COMMENT
%ignore /\s+/
"""
