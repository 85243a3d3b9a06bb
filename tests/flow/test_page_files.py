"""The files of the pages: what is built in, what a web folder brings, and nothing else."""

import gzip
import json
import re

HOUR = "public, no-cache"
EVER = "public, max-age=31536000, immutable"
SCRIPT = b"var here = 1;\n" * 200


def web_folder(flow):
    folder = flow.folder / "web"
    folder.mkdir()
    (folder / "manifest.json").write_text(json.dumps({"finder.js": "finder.1a2b.js", "app.css": "app.3c4d.css"}))
    (folder / "finder.1a2b.js").write_bytes(SCRIPT)
    (folder / "finder.1a2b.js.gz").write_bytes(gzip.compress(SCRIPT, 9))
    (folder / "finder.1a2b.js.br").write_bytes(b"as brotli")
    (folder / "app.3c4d.css").write_bytes(b"main{color:red}")
    (folder / "NOTICES.txt").write_bytes(b"by others")
    (flow.folder / "secret.txt").write_text("secret")
    return folder


def test_pages_work_without_a_web_folder_and_that_is_said_once(flow):
    server = flow.serve()
    page = server.get("/").body.decode()
    assert re.search(r'href="/static/base\.[0-9a-f]{8}\.css"', page)
    if "there is no built web folder" in server.stderr():  # the tree has none
        assert "<script defer" not in page
        assert server.stderr().count("there is no built web folder") == 1


def test_files_of_the_folder_are_linked_and_kept_for_ever(flow):
    server = flow.serve(None, "--web", web_folder(flow))
    assert "no built web folder" not in server.stderr()
    page = server.get("/").body.decode()
    assert 'src="/static/finder.1a2b.js"' in page and 'href="/static/app.3c4d.css"' in page
    assert "finder.1a2b.js" not in server.get("/about").body.decode()  # nothing there for it to do
    assert "/static/NOTICES.txt" in server.get("/about").body.decode()
    for accept, encoding, body in ((None, None, SCRIPT), ("gzip", "gzip", gzip.compress(SCRIPT, 9)),
                                   ("gzip, deflate, br", "br", b"as brotli"), ("br;q=0, identity", None, SCRIPT)):
        answer = server.get("/static/finder.1a2b.js", {"Accept-Encoding": accept} if accept else None)
        assert answer.status == 200 and answer.headers.get("content-encoding") == encoding, accept
        assert gzip.decompress(answer.body) == SCRIPT if encoding == "gzip" else answer.body == body
        assert answer.headers["cache-control"] == EVER and answer.headers["vary"] == "Accept-Encoding"
        assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
        assert answer.headers["x-content-type-options"] == "nosniff"
    assert server.get("/static/NOTICES.txt").headers["cache-control"] == HOUR
    assert server.get("/static/base.css").headers["cache-control"] == HOUR


def test_tags_are_strong_and_differ_with_the_encoding(flow):
    server = flow.serve(None, "--web", web_folder(flow))
    tags = {server.get("/static/finder.1a2b.js", {"Accept-Encoding": accept}).headers["etag"]
            for accept in ("identity", "gzip", "br")}
    assert len(tags) == 3 and all(re.fullmatch(r'"[0-9a-f]{16}(-gzip|-br)?"', tag) for tag in tags), tags
    for accept in ("identity", "gzip", "br"):
        tag = server.get("/static/finder.1a2b.js", {"Accept-Encoding": accept}).headers["etag"]
        again = server.get("/static/finder.1a2b.js", {"Accept-Encoding": accept, "If-None-Match": tag})
        assert again.status == 304 and again.body == b"" and again.headers["etag"] == tag
    head = server.request("HEAD", "/static/finder.1a2b.js")
    assert head.status == 200 and head.body == b"" and int(head.headers["content-length"]) == len(SCRIPT)


def test_no_path_leads_out_of_the_folder(flow):
    server = flow.serve(None, "--web", web_folder(flow))
    for path in ("/static/", "/static/../secret.txt", "/static/..%2Fsecret.txt", "/static/%2e%2e%2fsecret.txt",
                 "/static//etc/passwd", "/static/%2Fetc%2Fpasswd", "/static/finder.1a2b.js%00.css",
                 "/static/manifest.json", "/static/finder.1a2b.js.gz", "/static/APP.1A2B.JS", "/static/.",
                 "/static/finder.1a2b.js/", "/static/..\\secret.txt"):
        received, _ = server.raw(f"GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".encode())
        assert re.match(rb"HTTP/1.1 40[04] ", received) and b"secret\n" not in received, (path, received[:200])
    (flow.folder / "web" / "later.js").write_text("late")
    assert server.get("/static/later.js").status == 404  # listed at start


def test_a_web_folder_that_is_not_whole_stops_the_start(flow):
    store = flow.store()
    done = flow.run("serve", "--store", store, "--listen", "127.0.0.1:0", "--web", flow.folder / "none", code=1)
    assert "there is no web folder" in done.stderr
    folder = web_folder(flow)
    (folder / "app.3c4d.css").unlink()
    done = flow.run("serve", "--store", store, "--listen", "127.0.0.1:0", "--web", folder, code=1)
    assert "'app.css' is 'app.3c4d.css', which is not there" in done.stderr
