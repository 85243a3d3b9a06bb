"""Request heads that two parties could read differently: answered once, closed, nothing runs behind."""

from server import raw_statuses

# What an attacker wants to run: a request of its own, visible in the metrics by its route.
INNER = b"GET /v1/openapi.json HTTP/1.1\r\nHost: inner\r\n\r\n"
HOST = b"Host: localhost\r\n"
JSON = b"Content-Type: application/json\r\n"


def post(*headers, body=INNER):
    return b"POST /v1/nearby HTTP/1.1\r\n" + HOST + JSON + b"".join(headers) + b"\r\n" + body


CHUNKED_INNER = b"0\r\n\r\n" + INNER
LENGTH = b"Content-Length: %d\r\n"

SMUGGLES = {
    "two lengths, the first shorter": post(LENGTH % 0, LENGTH % len(INNER)),
    "two lengths, the second shorter": post(LENGTH % len(INNER), LENGTH % 0),
    "two equal lengths": post(LENGTH % 2, LENGTH % 2, body=b"{}" + INNER),
    "length before chunking": post(LENGTH % len(CHUNKED_INNER), b"Transfer-Encoding: chunked\r\n",
                                   body=CHUNKED_INNER),
    "chunking before length": post(b"Transfer-Encoding: chunked\r\n", LENGTH % 5, body=CHUNKED_INNER),
    "two chunkings": post(b"Transfer-Encoding: chunked\r\n", b"Transfer-Encoding: chunked\r\n",
                          body=CHUNKED_INNER),
    "chunking that is not quite": post(b"Transfer-Encoding: xchunked\r\n", body=CHUNKED_INNER),
    "chunking in a list": post(b"Transfer-Encoding: gzip, chunked\r\n", body=CHUNKED_INNER),
    "chunking with a parameter": post(b"Transfer-Encoding: chunked;q=1\r\n", body=CHUNKED_INNER),
    "identity": post(b"Transfer-Encoding: identity\r\n", body=CHUNKED_INNER),
    "chunking with a tab": post(b"Transfer-Encoding:\tchunked\x0b\r\n", body=CHUNKED_INNER),
    "space before the colon of a length": post(b"Content-Length : 5\r\n"),
    "space before the colon of chunking": post(b"Transfer-Encoding : chunked\r\n", body=CHUNKED_INNER),
    "length with a sign": post(b"Content-Length: +0\r\n"),
    "length as a list": post(b"Content-Length: 0, 0\r\n"),
    "hexadecimal length": post(b"Content-Length: 0x0\r\n"),
    "negative length": post(b"Content-Length: -1\r\n"),
    "huge length": post(b"Content-Length: 18446744073709551616\r\n"),
    "empty length": post(b"Content-Length: \r\n"),
    "folded header": post(b"X-A: b\r\n Content-Length: 9\r\n", LENGTH % 0, LENGTH % 0),
    "folded length": post(b"Content-Length:\r\n %d\r\n" % len(INNER)),
    "folded length, half of it": post(b"Content-Length: 9\r\n\t9\r\n"),
    "folded length after many blanks": post(b"Content-Length:" + b" " * 40 + b"\r\n 9\r\n"),
    "folded chunking": post(b"Transfer-Encoding:\r\n chunked\r\n", body=CHUNKED_INNER),
    "a name folded into a length": post(b"Content-: 2\r\n Length\r\n", body=b"{}" + INNER),
    "a folded line of no matter": b"GET /healthz HTTP/1.1\r\n" + HOST + b"X: a\r\n b\r\n\r\n" + INNER,
    "a header without a name": b"GET /healthz HTTP/1.1\r\n" + HOST + b": x\r\n" + INNER,
    "a colon alone on a line": b"GET /healthz HTTP/1.1\r\n" + HOST + b":\r\n" + INNER,
    "a length after a nameless header": post(b": x\r\n", LENGTH % len(INNER)),
    "NUL in a length": post(LENGTH.replace(b"\r", b"\0x\r") % 2, body=b"{}" + INNER),
    "NUL in chunking": post(b"Transfer-Encoding: chunked\0x\r\n", body=CHUNKED_INNER),
    "NUL in a value": b"GET /healthz HTTP/1.1\r\n" + HOST + b"X: a\0b\r\n\r\n" + INNER,
    "NUL in the URL": b"GET /healthz\0x HTTP/1.1\r\n" + HOST + b"\r\n" + INNER,
    "two spaces before the URL": b"GET  /healthz HTTP/1.1\r\n" + HOST + b"\r\n" + INNER,
    "two hosts": b"GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n" + INNER,
    "no host": b"GET /healthz HTTP/1.1\r\nAccept: */*\r\n\r\n" + INNER,
    "empty host": b"GET /healthz HTTP/1.1\r\nHost:\r\n\r\n" + INNER,
    "a host that is none": b"GET /healthz HTTP/1.1\r\nHost: a/b\r\n\r\n" + INNER,
    "absolute form": b"GET http://other/healthz HTTP/1.1\r\n" + HOST + b"\r\n" + INNER,
    "authority form": b"CONNECT other:80 HTTP/1.1\r\n" + HOST + b"\r\n" + INNER,
    "asterisk form": b"OPTIONS * HTTP/1.1\r\n" + HOST + b"\r\n" + INNER,
    "chunking in HTTP/1.0": b"POST /v1/nearby HTTP/1.0\r\n" + HOST + JSON +
                            b"Transfer-Encoding: chunked\r\n\r\n" + CHUNKED_INNER,
    "a version that is none": b"GET /healthz HTTP/1.2\r\n" + HOST + b"\r\n" + INNER,
    "broken percent in the path": b"GET /healthz%zz HTTP/1.1\r\n" + HOST + b"\r\n" + INNER,
    "encoded NUL in the path": b"GET /healthz%00 HTTP/1.1\r\n" + HOST + b"\r\n" + INNER,
    "a fragment": b"GET /healthz#x HTTP/1.1\r\n" + HOST + b"\r\n" + INNER,
    "bytes beyond ASCII in the path": b"GET /\xe6\x89\x98 HTTP/1.1\r\n" + HOST + b"\r\n" + INNER,
    "control byte in a value": b"GET /healthz HTTP/1.1\r\n" + HOST + b"X: a\x01b\r\n\r\n" + INNER,
    "control byte in a name": b"GET /healthz HTTP/1.1\r\n" + HOST + b"X\x01: a\r\n\r\n" + INNER,
    "a name with a bracket": b"GET /healthz HTTP/1.1\r\n" + HOST + b"X[a]: a\r\n\r\n" + INNER,
    "an unknown expectation": post(b"Expect: 200-maybe\r\n", LENGTH % 0),
    "a body where none is taken": b"GET /healthz HTTP/1.1\r\n" + HOST + LENGTH % len(INNER) +
                                  b"\r\n" + INNER,
    "chunks where none are taken": b"GET /healthz HTTP/1.1\r\n" + HOST +
                                   b"Transfer-Encoding: chunked\r\n\r\n" + CHUNKED_INNER,
    "a chunk size that is none": post(b"Transfer-Encoding: chunked\r\n", body=b"zz\r\n" + INNER),
    "a chunk size with a sign": post(b"Transfer-Encoding: chunked\r\n", body=b"+2\r\n{}\r\n" + CHUNKED_INNER),
    "a chunk longer than it says": post(b"Transfer-Encoding: chunked\r\n", body=b"1\r\n{}\r\n" + CHUNKED_INNER),
}


def test_no_second_request_ever_runs(flow):
    server = flow.serve()
    wrong = []
    for name, sent in SMUGGLES.items():
        received, closed = server.raw(sent, timeout=15)
        statuses = raw_statuses(received)
        # what the library itself refuses it answers twice over, and closes: one refusal all the same
        if len(set(statuses)) > 1 or any(status < 400 for status in statuses) or not closed:
            wrong.append(f"{name}: answers {statuses}, closed: {closed}\n{received[:300]!r}")
    inner = server.metric("tuoyu_requests_total", route="/v1/openapi.json")
    assert not wrong, "\n".join(wrong)
    assert inner == 0, f"{inner} smuggled requests ran"
    # the control: the same bytes, sent honestly, do run
    received, _ = server.raw(b"GET /healthz HTTP/1.1\r\n" + HOST + b"\r\n" + INNER, timeout=1)
    assert raw_statuses(received) == [200, 200], received[:300]
    assert server.metric("tuoyu_requests_total", route="/v1/openapi.json") == 1


def test_heads_that_are_too_large_are_answered_and_closed(flow):
    server = flow.serve()
    for sent, status in [
        (b"GET /" + b"a" * 2100 + b" HTTP/1.1\r\n" + HOST + b"\r\n", 414),
        (b"GET /healthz?" + b"a" * 2100 + b" HTTP/1.1\r\n" + HOST + b"\r\n", 414),
        (b"GET /healthz HTTP/1.1\r\n" + HOST + b"X: " + b"a" * 17000 + b"\r\n\r\n", 431),
        (b"GET /healthz HTTP/1.1\r\n" + HOST + b"X: a\r\n" * 101 + b"\r\n", 431),
    ]:
        received, closed = server.raw(sent + INNER)
        assert raw_statuses(received) == [status] and closed, (status, received[:200])
    # far beyond the library's own pool: an error or silence, never an answer, and it is closed
    for sent in [b"GET /" + b"a" * 300000 + b" HTTP/1.1\r\n" + HOST + b"\r\n",
                 b"GET /healthz HTTP/1.1\r\n" + HOST + b"X: " + b"a" * 300000 + b"\r\n\r\n",
                 b"GET /healthz HTTP/1.1\r\n" + HOST + b"X: a\r\n" * 20000 + b"\r\n"]:
        received, closed = server.raw(sent + INNER)
        assert closed and all(status >= 400 for status in raw_statuses(received)), received[:200]
    assert server.metric("tuoyu_requests_total", route="/v1/openapi.json") == 0
    assert server.get("/healthz").status == 200


def test_floods_of_arguments_are_answered_or_closed(flow):
    server = flow.serve()
    for count in (10, 400, 480, 900, 1000, 1015):
        query = b"&".join([b"a"] * count)
        received, _ = server.raw(b"GET /v1/nearby?" + query + b" HTTP/1.1\r\n" + HOST +
                                 b"Connection: close\r\n\r\n")
        assert raw_statuses(received) == [400], (count, received[:200])
    # separators alone, as many as a URL holds, beside as large a head as may come
    received, _ = server.raw(b"GET /v1/nearby?" + b"&" * 2030 + b" HTTP/1.1\r\n" + HOST +
                             b"X: " + b"a" * 14000 + b"\r\nConnection: close\r\n\r\n")
    assert raw_statuses(received) == [400], received[:200]
    for count in (3000, 20000, 60000):
        query = b"&" * count
        received, closed = server.raw(b"GET /v1/nearby?" + query + b" HTTP/1.1\r\n" + HOST + b"\r\n")
        assert closed and all(status >= 400 for status in raw_statuses(received)), received[:200]
    assert server.get("/healthz").status == 200


def test_garbage_is_closed_and_an_honest_client_served(flow):
    server = flow.serve()
    for sent in [b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"\x00" * 2000, b"\r\n" * 2000,
                 b"GET\r\n\r\n", b"GET /\r\n\r\n", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
                 b"\xff\xfe" * 500 + b"\r\n\r\n", b"GET /healthz HTTP/1.1\r\nno colon here\r\n\r\n"]:
        received, closed = server.raw(sent, timeout=8)
        assert closed and all(status >= 400 for status in raw_statuses(received)), (sent[:20], received[:200])
        assert server.get("/healthz").status == 200


def test_expect_continue_is_answered_before_the_body(flow):
    server = flow.serve()
    body = b'{"lon":120.2,"lat":30.2}'
    with server.socket() as conversation:
        conversation.sendall(b"POST /v1/nearby HTTP/1.1\r\n" + HOST + JSON +
                             b"Expect: 100-continue\r\nConnection: close\r\n" + LENGTH % len(body) + b"\r\n")
        assert conversation.recv(4096).startswith(b"HTTP/1.1 100 ")
        conversation.sendall(body)
        received = b""
        while piece := conversation.recv(65536):
            received += piece
    assert raw_statuses(received) == [200], received[:200]
    # a body that may not come is refused instead of asked for
    received, closed = server.raw(b"POST /v1/nearby HTTP/1.1\r\n" + HOST + JSON +
                                  b"Expect: 100-continue\r\n" + LENGTH % 70000 + b"\r\n")
    assert raw_statuses(received) == [413] and closed, received[:200]


def test_bodies_have_a_limit_however_they_come(flow):
    server = flow.serve()
    most = 64 * 1024
    body = b'{"lon":120.2,"lat":30.2' + b" " * (most - 24) + b"}"
    assert len(body) == most

    def send(headers, sent):
        return server.raw(b"POST /v1/nearby HTTP/1.1\r\n" + HOST + JSON + b"Connection: close\r\n" +
                          headers + b"\r\n" + sent)

    def chunks(data):
        pieces = [data[i:i + 1000] for i in range(0, len(data), 1000)]
        return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"

    chunked = b"Transfer-Encoding: chunked\r\n"
    assert raw_statuses(send(LENGTH % most, body)[0]) == [200]
    assert raw_statuses(send(chunked, chunks(body))[0]) == [200]
    assert raw_statuses(send(LENGTH % (most + 1), body + b" ")[0]) == [413]
    assert raw_statuses(send(chunked, chunks(body + b" "))[0]) == [413]
    received, closed = send(chunked, chunks(b" " * 3000000))
    assert closed and raw_statuses(received) in ([], [413]), received[:200]
    assert server.get("/healthz").status == 200


def test_honest_heads_of_every_form_are_answered(flow):
    server = flow.serve()
    url = b"GET /v1/nearby?lon=120.2&lat=30.2&limit=1 HTTP/1.1"
    for name, head in {
            "plain": b"\r\n" + HOST + b"\r\n",
            "line feeds alone": b"\n" + HOST[:-2] + b"\nX: y\n\n",
            "no blank behind the colon": b"\r\nHost:localhost\r\nX:y\r\n\r\n",
            "blanks and a tab": b"\r\nHost:  localhost\r\nX: \t y z \r\n\r\n",
            "an empty value": b"\r\n" + HOST + b"X:\r\nY: \r\nZ:\r\n\r\n",
            "cookies": b"\r\n" + HOST + b"Cookie: a=b; c=d\r\nCookie: e=f\r\n\r\n",
            "much of it": b"\r\n" + HOST + b"".join(b"X-%d: %s\r\n" % (i, b"v" * 150)
                                                     for i in range(90)) + b"\r\n",
    }.items():
        both = (url + head) * 2  # one behind the other: the buffer is moved in between
        last = b"GET /healthz HTTP/1.1\r\nConnection: close\r\n" + HOST + b"\r\n"
        statuses = raw_statuses(server.raw(b"\r\n" + both + last, timeout=15)[0])
        assert statuses == [200] * 3, f"{name}: {statuses}"
