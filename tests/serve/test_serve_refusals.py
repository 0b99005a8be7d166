"""Whatever is wrong with a request, the answer is one sentence and never a fault of ours."""

import json
import re

import pytest

from _serving import JSON, serving

pytestmark = pytest.mark.timeout(120)
KEY = "0123456789abcdef-key"


@pytest.fixture(scope="module")
def server(news, tmp_path_factory):
    key = tmp_path_factory.mktemp("key") / "key.txt"
    key.write_text(KEY + "\n")
    with serving(
        news, "--api-key-file", key, "--max-bytes", 4096, "--max-texts", 3, "--max-chars", 50
    ) as server:
        yield server
        status, text, _ = server.call("GET", "/metrics", headers={"Authorization": f"Bearer {KEY}"})
        assert status == 200
        assert b'status="5' not in text


BAD = [
    (b"\xff\xfe", 400, "not UTF-8"),
    (b'\xef\xbb\xbf{"text": "a"}', 400, "not JSON"),
    (b"", 400, "not JSON"),
    (b"{", 400, "line 1, column"),
    (b"[1]", 400, "object"),
    (b"null", 400, "object"),
    (b'{"text": NaN}', 400, "NaN"),
    (b'{"text": "a", "top": -Infinity}', 400, "Infinity"),
    (b'{"text": "a", "text": "b"}', 400, "'text' stands twice"),
    (b'{"text": "a", "x": {"b": 1, "b": 2}}', 400, "'b' stands twice"),
    (b"[" * 4000, 400, "nested"),
    (b'{"a":' * 800, 400, ""),
    (b'{"text": "a", "top": ' + b"9" * 4050 + b"}", 422, "0 to 1,000"),
    (b'{"text": "a", "top": 1e999}', 422, "a whole number"),
    (b'{"text": "a", "top": true}', 422, "true or false"),
    (b'{"text": "a", "top": -1}', 422, "0 to 1,000"),
    (b'{"text": 1}', 422, "'text' is a whole number"),
    (b'{"text": null}', 422, "null"),
    (b'{"texts": "a"}', 422, "'texts' is a string"),
    (b'{"texts": ["a", 1.5]}', 422, "texts[1] is a number"),
    (b'{"texts": [["a"]]}', 422, "a list"),
    (b'{"text": "a", "texts": ["a"]}', 422, "either"),
    (b"{}", 422, "either"),
    (b'{"text": "a", "txt": 1}', 422, "unknown field 'txt'"),
    (b'{"text": "a", "model": 1}', 422, "'model' is a whole number"),
    (b'{"text": "a", "model": "no"}', 404, "no model 'no' here; there is news"),
    (b'{"text": "' + b"a" * 51 + b'"}', 413, "51 characters"),
    (b'{"texts": ["", "", "", ""]}', 413, "4 texts"),
    (b'{"text": "' + b"a" * 5000 + b'"}', 413, "4,096 bytes"),
]


@pytest.mark.parametrize(("body", "status", "told"), BAD, ids=range(len(BAD)))
@pytest.mark.parametrize("path", ["/predict", "/explain"])
def test_a_bad_body(server, path, body, status, told):
    if path == "/explain" and b"texts" in body:
        status, told = (422, "") if b'"text": ' not in body or status != 400 else (status, told)
    found = server.post(path, body, Authorization=f"Bearer {KEY}")
    if path == "/explain" and body == b"{}":
        told = "'text' is missing"
    assert found[0] == status
    assert set(found[1]) == {"error"}
    assert told in found[1]["error"]
    assert len(found[1]["error"]) < 300


@pytest.mark.parametrize(
    ("headers", "status", "told"),
    [
        ({"Content-Type": "text/plain"}, 415, "'text/plain'"),
        ({"Content-Encoding": "gzip"}, 415, "compressed"),
        ({"Authorization": "Bearer wrong"}, 401, "API key"),
        ({"Authorization": f"Basic {KEY}"}, 401, "API key"),
        ({"Authorization": "Bearer é"}, 401, "API key"),
        ({"Authorization": ""}, 401, "API key"),
    ],
)
def test_a_bad_head(server, headers, status, told):
    headers = {"Authorization": f"Bearer {KEY}", **headers}
    found, answer, sent = server.call("POST", "/predict", {"text": "a"}, headers)
    assert found == status
    assert told in answer["error"]
    assert ("WWW-Authenticate" in sent) == (status == 401)


def test_what_needs_no_key_and_what_is_not_there(server):
    assert server.call("GET", "/healthz")[0] == 200
    assert server.call("GET", "/")[0] == 200
    assert server.call("GET", "/metrics")[0] == 401
    status, answer, _ = server.call("GET", "/no%00%ff", headers={"Authorization": f"Bearer {KEY}"})
    assert status == 404
    assert "/predict" in answer["error"]


HEAD = b"POST /predict HTTP/1.1\r\nHost: x\r\n" + b"".join(
    f"{name}: {value}\r\n".encode() for name, value in JSON.items()
)
HEAD += b"Authorization: Bearer " + KEY.encode() + b"\r\n"
NONSENSE = [
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    b"GET /\xff HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET / HTTP/1.1\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: x\r\nbad header\r\n\r\n",
    HEAD + b"Content-Length: x\r\n\r\n{}",
    HEAD + b"Content-Length: 3\r\nContent-Length: 4\r\n\r\n{}  ",
    HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n",
    HEAD + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}zz\r\n0\r\n\r\n",
    HEAD + b"Transfer-Encoding: gzip\r\n\r\n{}",
    HEAD + b"Content-Length: 99999999999999\r\n\r\n{",
    b"GET /no HTTP/1.1\r\nHost: [::1\r\nAuthorization: Bearer " + KEY.encode() + b"\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: x\r\nx: " + b"a" * 400_000,
]


@pytest.mark.parametrize("data", NONSENSE, ids=range(len(NONSENSE)))
def test_nonsense_instead_of_http(server, data):
    found = server.raw(data)
    answers = re.split(rb"HTTP/1\.1 (?=\d{3} )", found)[1:]
    assert answers, found
    for answer in answers:
        assert answer.startswith(b"4")
        assert set(json.loads(answer.partition(b"\r\n\r\n")[2])) == {"error"}
    assert server.call("GET", "/healthz")[0] == 200


def test_half_a_request_and_away(server):
    with pytest.raises(TimeoutError):
        server.raw(HEAD + b'Content-Length: 20\r\n\r\n{"text"', seconds=0.3)
    assert server.call("GET", "/healthz")[0] == 200
