"""The examples of AWS's page "Filter pattern syntax", with the matches the page states."""

import json

import pytest

from flowinsight.sandbox.logslang.patterns import compile_pattern

REQUESTS = [
    "[ERROR 400] BAD REQUEST",
    "[ERROR 401] UNAUTHORIZED REQUEST",
    "[ERROR 419] MISSING ARGUMENTS",
    "[ERROR 420] INVALID ARGUMENTS",
    "[INFO 200] OK",
]
WORDS = [
    "INFO 09/25/2014 12:00:00 GET /service/resource/67 1200",
    "INFO 09/25/2014 12:00:01 POST /service/resource/67/part/111 1310",
    "WARNING 09/25/2014 12:00:02 Invalid user request",
    "ERROR 09/25/2014 12:00:02 Failed to process request",
]
APACHE = '127.0.0.1 Prod frank [10/Oct/2000:13:25:15 -0700] "GET /index.html HTTP/1.0" 404 1534'
ACCESS = [
    '127.0.0.1 - frank [10/Oct/2000:13:25:15 -0700] "GET /apache_pb.gif HTTP/1.0" 200 1534',
    '127.0.0.1 - frank [10/Oct/2000:13:35:22 -0700] "GET /apache_pb.gif HTTP/1.0" 500 5324',
    '127.0.0.1 - frank [10/Oct/2000:13:50:35 -0700] "GET /apache_pb.gif HTTP/1.0" 200 4355',
]
EVENT = json.dumps(
    {
        "eventType": "UpdateTrail",
        "sourceIPAddress": "111.111.111.111",
        "arrayKey": ["value", "another value"],
        "objectList": [{"name": "a", "id": 1}, {"name": "b", "id": 2}],
        "SomeObject": None,
        "cluster.name": "c",
        "ThisFlag": True,
    }
)
PEOPLE = json.dumps(
    {
        "user": {"id": 1, "email": "John.Stiles@example.com"},
        "users": [{"id": 2, "email": "John.Doe@example.com"}, {"id": 3, "email": "Jane.Doe@example.com"}],
        "actions": ["GET", "PUT", "DELETE"],
        "coordinates": [[0, 1, 2], [4, 5, 6], [7, 8, 9]],
    }
)


@pytest.mark.parametrize(
    ("pattern", "matching"),
    [
        ("ERROR", [0, 1, 2, 3]),
        ("ERROR ARGUMENTS", [2, 3]),
        ("?ERROR ?ARGUMENTS", [0, 1, 2, 3]),
        ("ERROR -ARGUMENTS", [0, 1]),
        ('" "', [0, 1, 2, 3, 4]),
        ("", [0, 1, 2, 3, 4]),
        ("-ERROR", [4]),
    ],
)
def test_terms_match_the_messages_the_page_lists(pattern: str, matching: list[int]) -> None:
    compiled = compile_pattern(pattern)
    assert [place for place, message in enumerate(REQUESTS) if compiled.matches(message)] == matching


def test_question_mark_terms_are_ignored_next_to_a_plain_term() -> None:
    compiled = compile_pattern("?ERROR ?ARGUMENTS REQUEST")
    assert compiled.matches("[INFO] REQUEST FAILED")
    assert compiled.matches("[WARN] UNAUTHORIZED REQUEST")
    assert compiled.matches("[ERROR] 400 BAD REQUEST")
    assert not compiled.matches("[ERROR] MISSING ARGUMENTS")


def test_a_quoted_phrase_matches_exactly() -> None:
    compiled = compile_pattern('"INTERNAL SERVER ERROR"')
    assert compiled.matches("[ERROR 500] INTERNAL SERVER ERROR")
    assert not compiled.matches("[ERROR 500] INTERNAL ERROR ON SERVER")


@pytest.mark.parametrize(
    ("expression", "found", "missed"),
    [
        ("AUTHORIZED", ["[ERROR 401] UNAUTHORIZED REQUEST", "[SUCCESS 200] AUTHORIZED REQUEST"], ["OK"]),
        ("^[hc]at", ["hat", "cat trick"], ["a hat"]),
        ("[hc]at$", ["the hat"], ["hats"]),
        ("colou?r", ["color", "colour"], ["colouur"]),
        ("[abcx-z]", ["a", "y"], ["d"]),
        ("^a{3,5}$", ["aaa", "aaaa", "aaaaa"], ["aa", "aaaaaa"]),
        ("^a{,2}$", ["", "a", "aa"], ["aaa"]),
        ("gra|ey", ["gray", "grey"], ["grxy"]),
        (
            "^starting|^initializing|^shutting down",
            ["starting ...", "initializing ...", "shutting down"],
            ["skipping initializing ..."],
        ),
        ("abcc|ab[^c]$", ["abcc ...", "aba"], ["aac ..."]),
        (r"\[.\]", ["[a]", "[7]", "[@]", "[]]", "[ ]"], ["[]"]),
        (r"10\.10\.0\.1", ["10.10.0.1"], ["10010,051"]),
        ("10.10.0.1", ["10.10.0.1", "10010,051"], []),
        ("ab*c", ["ac", "abc", "abbbc"], ["ab"]),
        ("ab[0-9]*", ["ab", "ab0", "ab129"], ["ac"]),
        ("ab+c", ["abc", "abbbc"], ["ac"]),
        (".at", ["hat", "4at", "#at", " at"], ["at"]),
        (r"\d", ["7"], ["x"]),
        (r"^\D$", ["x"], ["7"]),
        (r"a\sb", ["a b", "a\tb", "a\nb"], ["ab"]),
        (r"^\S$", ["a"], [" "]),
        (r"^\w$", ["a", "_", "9"], ["-"]),
        (r"^\W$", ["-"], ["a"]),
        (r"\x3A", [":"], [";"]),
        (r"\x28", ["("], [")"]),
        ("}$", ['{"Message": Success}'], ["Error: {'Hello, World'} is not a valid object"]),
    ],
)
def test_regular_expressions_match_what_the_page_says(expression: str, found: list[str], missed: list[str]) -> None:
    compiled = compile_pattern(f"%{expression}%")
    assert [message for message in [*found, *missed] if compiled.matches(message)] == found


@pytest.mark.parametrize(
    "pattern",
    [
        '{ $.eventType = "UpdateTrail" }',
        "{ $.sourceIPAddress != 123.123.* }",
        '{ $.arrayKey[0] = "value" }',
        "{ $.objectList[1].id = 2 }",
        "{ $.eventType = %Trail% }",
        "{ $.arrayKey[*] = %val.{2}% }",
        r"{ $.* = %111\.111\.111\.1[0-9]{1,2}% }",
        "{ $.['cluster.name'] = \"c\" }",
        "{ $.SomeObject IS NULL }",
        "{ $.SomeOtherObject NOT EXISTS }",
        "{ $.ThisFlag IS TRUE }",
        '{ $.eventType = "*" && $.sourceIPAddress != 123.123.* }',
    ],
)
def test_json_patterns_match_the_event_of_the_page(pattern: str) -> None:
    assert compile_pattern(pattern).matches(EVENT)


@pytest.mark.parametrize(
    ("pattern", "matches"),
    [
        ('{ ($.user.id = 1) && ($.users[0].email = "John.Doe@example.com") }', True),
        (
            (
                '{ $.user.email = "John.Stiles@example.com" || $.coordinates[0][1] = "nonmatch" '
                '&& $.actions[2] = "nonmatch" }'
            ),
            True,
        ),
        (
            (
                '{ ($.user.email = "John.Stiles@example.com" || $.coordinates[0][1] = "nonmatch") '
                '&& $.actions[2] = "nonmatch" }'
            ),
            False,
        ),
        ('{ ($.user.id = 2 && $.users[0].email = "nonmatch") || $.actions[2] = "GET" }', False),
    ],
)
def test_compound_json_expressions_follow_the_documented_precedence(pattern: str, *, matches: bool) -> None:
    assert compile_pattern(pattern).matches(PEOPLE) is matches


@pytest.mark.parametrize(
    ("pattern", "event", "matches"),
    [
        ("{ $.bandwidth > 75 }", {"bandwidth": 75.5}, True),
        ("{ $.bandwidth > 75 }", {"bandwidth": 75}, False),
        ("{ $.latency < 50 }", {"latency": 49}, True),
        ("{ $.refreshRate >= 60 }", {"refreshRate": 60}, True),
        ("{ $.responseTime <= 5 }", {"responseTime": 5.1}, False),
        ("{ $.errorCode = 400}", {"errorCode": 400}, True),
        ("{ $.errorCode != 500 }", {"errorCode": 500}, False),
        ("{ $.number[0] = 1e+3 }", {"number": [1000]}, True),
        ("{ $.number[0] != 1e-3 }", {"number": [1000]}, True),
        ("{ $.errorCode = 4* }", {"errorCode": 404}, True),
        ("{ $.users = 1 }", {"users": [1, 2, 3]}, False),
        ("{ $.users != 1 }", {"users": [1, 2, 3]}, False),
        ("{ $.foo = bar || $.foo = baz }", {"foo": "baz"}, True),
    ],
)
def test_json_numbers_compare_as_the_page_says(pattern: str, event: object, *, matches: bool) -> None:
    assert compile_pattern(pattern).matches(json.dumps(event)) is matches


@pytest.mark.parametrize(
    ("pattern", "matching"),
    [
        ("[w1=ERROR, w2]", [3]),
        ("[w1=ERROR || w1=WARNING, w2]", [2, 3]),
        ("[w1!=ERROR && w1!=WARNING, w2]", [0, 1]),
        ("[w1 = ERROR||w1 = WARNING, w2]", [2, 3]),
        ("[logLevel, date, time, method, url=%/service/resource/[0-9]+$%, response_time]", [0]),
        ("[logLevel, date, time, method, url=%/service/resource/[0-9]+/part/[0-9]+$%, response_time]", [1]),
        ("[w1=ERROR]", []),
        ("[w1=ERR*]", [3]),
        ("[a, b, c, d, e, f, g, h]", []),
    ],
)
def test_fields_match_the_lines_of_the_page(pattern: str, matching: list[int]) -> None:
    compiled = compile_pattern(pattern)
    assert [place for place, line in enumerate(WORDS) if compiled.matches(line)] == matching


NAMED = {
    "$ip": "127.0.0.1",
    "$user": "Prod",
    "$username": "frank",
    "$timestamp": "10/Oct/2000:13:25:15 -0700",
    "$request": "GET /index.html HTTP/1.0",
    "$status_code": "404",
    "$bytes": "1534",
}


@pytest.mark.parametrize(
    "pattern",
    [
        r"[ip=%127\.0\.0\.[1-9]%, user, username, timestamp, request =*.html*, status_code = 4*, bytes]",
        "[ip, user, username, timestamp, request =*.html*, status_code = 404 || status_code = 410, bytes]",
        "[ip, user, username, timestamp, request, status_code, bytes > 1000]",
    ],
)
def test_the_fields_of_the_page_are_extracted(pattern: str) -> None:
    assert compile_pattern(pattern).extract(APACHE) == NAMED


def test_an_ellipsis_numbers_the_fields_it_stands_for() -> None:
    assert compile_pattern("[..., request =*.html*, status_code = 4*, bytes]").extract(APACHE) == {
        "$1": "127.0.0.1",
        "$2": "Prod",
        "$3": "frank",
        "$4": "10/Oct/2000:13:25:15 -0700",
        "$request": "GET /index.html HTTP/1.0",
        "$status_code": "404",
        "$bytes": "1534",
    }


def test_a_blank_entry_is_an_unnamed_field() -> None:
    found = compile_pattern("[..., request=*.html*, status_code=4*,]").extract(APACHE)
    assert found is not None
    assert found["$7"] == "1534"
    assert found["$status_code"] == "404"


def test_the_examples_of_the_test_metric_filter_call_extract_what_it_returns() -> None:
    found = compile_pattern("[ip, identity, user_id, timestamp, request, status_code, size]").extract(ACCESS[1])
    assert found is not None
    assert (found["$ip"], found["$identity"], found["$status_code"], found["$size"]) == (
        "127.0.0.1",
        "-",
        "500",
        "5324",
    )
    found = compile_pattern("[..., size]").extract(ACCESS[0])
    assert found is not None
    assert (found["$1"], found["$6"], found["$size"]) == ("127.0.0.1", "200", "1534")
    filtered = compile_pattern("[..., status_code=200, size]")
    assert [filtered.matches(line) for line in ACCESS] == [True, False, True]
    found = compile_pattern("[]").extract(ACCESS[0])
    assert found is not None
    assert list(found) == ["$1", "$2", "$3", "$4", "$5", "$6", "$7"]


def test_terms_and_json_extract_nothing_and_no_match_is_none() -> None:
    assert compile_pattern("ERROR").extract("an ERROR") == {}
    assert compile_pattern("{ $.a = 1 }").extract('{"a": 1}') == {}
    assert compile_pattern("ERROR").extract("fine") is None
    assert compile_pattern("[a=x, b]").extract("y z") is None


def test_the_flow_log_examples_of_the_vpc_guide_match_their_records() -> None:
    rejected_ssh = compile_pattern(
        '[version, account, eni, source, destination, srcport, destport="22", protocol="6", packets, bytes, '
        'windowstart, windowend, action="REJECT", flowlogstatus]'
    )
    web = compile_pattern(
        "[version, accountid, interfaceid, srcaddr, dstaddr, srcport, dstport = 80 || dstport = 8080, protocol, "
        "packets, bytes, start, end, action, logstatus]"
    )
    record = (
        "2 123456789010 eni-1235b8ca123456789 172.31.16.139 172.31.16.21 20641 {} 6 20 4249 1418530010 1418530070 {} OK"
    )
    assert rejected_ssh.matches(record.format(22, "REJECT"))
    assert not rejected_ssh.matches(record.format(22, "ACCEPT"))
    assert not rejected_ssh.matches(record.format(220, "REJECT"))
    assert [web.matches(record.format(port, "ACCEPT")) for port in (80, 8080, 808)] == [True, True, False]
    many = compile_pattern("[..., bytes >= 400, start, end, action, logstatus]")
    assert many.matches(record.format(22, "ACCEPT"))
    assert not many.matches("2 123456789010 eni-1235b8ca123456789 - - - - - - - 1431280876 1431280934 - NODATA")
