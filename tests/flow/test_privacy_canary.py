"""Nothing that says who asked what may be written anywhere: canaries are sent and looked for."""

import re

# Each is distinctive in itself and appears nowhere in the sample.
LON, LAT, BORN, START = "121.7739137", "31.4371937", "2017-02", "2031-08"
CLIENT, FORWARDED_HOST, WORD, AGENT = "203.0.113.77", "canary-host.example", "canaryword", "CanaryAgent"
# As they stand, or as somebody might have rounded or re-written them.
CANARIES = [LON, LAT, LON[:7], LAT[:6], "121.77391", "31.43719", "1217739137", "314371937", BORN, "201702",
            START, CLIENT, "203.0.113", FORWARDED_HOST, WORD, AGENT, "secrettoken"]
HEADERS = {"X-Forwarded-For": CLIENT, "X-Forwarded-Host": FORWARDED_HOST, "User-Agent": AGENT,
           "Referer": f"https://{WORD}.example/?q={LON}", "Authorization": "Bearer secrettoken",
           "Cookie": f"home={LON}"}


def ask_everything(server):
    point = f"lon={LON}&lat={LAT}"
    good = {"lon": float(LON), "lat": float(LAT), "born": BORN, "start": START}
    asked = [
        server.get(f"/v1/nearby?{point}&born={BORN}&start={START}&open=true&relax=true", HEADERS),
        server.get(f"/v1/nearby?{point}&limit=3&coordsys=gcj02", HEADERS),
        server.post("/v1/nearby", good, HEADERS),
    ]
    assert [answer.status for answer in asked] == [200, 200, 200], asked
    pages = [ask_page(server, body) for body in (
        f"at={LON}%2C{LAT}&coordsys=wgs84&born={BORN}&start={START}&open=1",
        f"at={LON}%2C{LAT}&coordsys=gcj02&born={WORD}", f"q={WORD}&born={BORN}", f"pick={WORD}&at={LON}")]
    pages.append(server.get(f"/?at={LON},{LAT}&born={BORN}&q={WORD}", HEADERS))
    assert [page.status for page in pages] == [200] * 5, pages
    for page in pages:  # what is typed is shown again in its field, and leads into no address
        assert "location" not in page.headers and "refresh" not in page.headers
        for href in re.findall(r'(?:href|src|action|content)="([^"]*)"', page.body.decode()):
            assert not any(canary in href for canary in (LON[:8], LAT[:7], BORN, WORD)), href
    failing = [
        server.get(f"/v1/nearby?{point}&care={WORD}", HEADERS),
        server.get(f"/v1/nearby?{point}&{WORD}=1", HEADERS),
        server.get(f"/v1/nearby?{point}&by=walk", HEADERS),
        server.get(f"/v1/nearby?{point}&cursor={WORD}", HEADERS),
        server.get(f"/v1/facilities/{WORD}?coordsys=wgs84", HEADERS),
        server.get(f"/{WORD}/{LON}", HEADERS),
        server.get(f"/{WORD}/{LON}", {**HEADERS, "Accept": "text/html"}),
        server.get(f"/facilities/{WORD}", HEADERS),
        server.get(f"/static/{WORD}", HEADERS),
        server.request("PUT", f"/v1/nearby?{point}", body=b"x", headers=HEADERS),
        server.request("POST", "/v1/nearby", body=f'{{"lon":{LON},"lat":{LAT},"{WORD}":1}}'.encode(),
                       headers={**HEADERS, "Content-Type": "application/json"}),
        server.request("POST", "/v1/nearby", body=f"{LON} {WORD}".encode(),
                       headers={**HEADERS, "Content-Type": "application/json"}),
        server.request(WORD.upper(), "/v1/nearby", headers=HEADERS),
    ]
    assert all(400 <= answer.status < 500 for answer in failing), failing
    for sent in (f"GET /{LON} HTTP/1.1\r\nHost: {WORD}\r\nHost: {WORD}\r\n\r\n",
                 f"{WORD} {LON}\r\n\r\n", f"GET /{WORD}?{LON}=%zz HTTP/9\r\nHost: a\r\n\r\n"):
        server.raw(sent.encode(), timeout=2)
    with server.socket() as conversation:  # somebody who goes away in the middle
        conversation.sendall(f"POST /v1/nearby HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                             f"Content-Length: 90\r\n\r\n{{\"lon\":{LON},".encode())


def ask_page(server, body):
    return server.request("POST", "/", body=body.encode(),
                          headers={**HEADERS, "Content-Type": "application/x-www-form-urlencoded"})


def look(text, where, found):
    for canary in CANARIES:
        if canary.lower() in text.lower():
            at = text.lower().index(canary.lower())
            found.append(f"{canary} is in {where}: …{text[max(0, at - 80):at + 80]!r}…")


def check(flow, server):
    before = set(server.store.parent.iterdir())
    found = []
    ask_everything(server)
    look(server.get("/metrics").body.decode(), "/metrics", found)
    look(server.get("/v1/status").body.decode(), "/v1/status", found)
    server.stop()
    look(server.stdout(), "stdout", found)
    look(server.stderr(), "stderr", found)
    for path in before | set(server.store.parent.iterdir()):
        if path.is_file() and path not in (server.out_path, server.err_path):
            look(path.read_bytes().decode("latin-1"), path.name, found)
    assert not found, "\n".join(found)


def test_no_canary_is_found_in_logs_metrics_or_files(flow):
    server = flow.serve(None, "--trusted-proxies", "127.0.0.0/8", "--log", "text")
    check(flow, server)
    lines = [line for line in server.printed().splitlines() if line.startswith("time=") and "route=" in line]
    assert len(lines) >= 12, server.printed()
    shape = re.compile(r"time=\S+Z method=(GET|POST|PUT|\(other\)) route=\S+ status=\d{3} bytes=\d+ us=\d+"
                       r"( reason=[a-z-]+)?")
    routes = {re.search(r"route=(\S+)", line).group(1) for line in lines}
    assert all(shape.fullmatch(line) for line in lines), lines
    assert routes <= {"-", "/", "/facilities/{id}", "/static/{name}", "/v1/nearby", "/v1/facilities/{id}", "/readyz", "/metrics", "/v1/status"}, routes


def test_no_canary_is_found_in_a_json_log(flow):
    server = flow.serve(None, "--trusted-proxies", "127.0.0.0/8", "--rate", "1000", "--log", "json")
    check(flow, server)
    assert '"route":"/v1/nearby"' in server.printed()


def test_the_canary_would_be_seen(flow):
    """The control: had the server written such a line, the search would have found it."""
    found = []
    look(f"GET /v1/nearby?lon={LON}&born={BORN} from {CLIENT}", "a log", found)
    assert len(found) >= 3
