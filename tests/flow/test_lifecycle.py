"""How a server begins and ends, and the one clear line when it cannot."""

import os
import signal
import socket
import sqlite3
import subprocess
import threading
import time

from server import FIXTURES, ROOT, Skip

TOWN = FIXTURES / "regions/sample-town.json"


def fails_to_serve(flow, store, *args, says, program=None, **more):
    """`serve` must end with 1 and print exactly one line, which says `says`."""
    done = subprocess.run([program or flow.program, "serve", "--store", str(store), "--listen",
                           "127.0.0.1:0", *map(str, args)], capture_output=True, text=True,
                          timeout=60, cwd=ROOT, check=False, **more)
    assert done.returncode == 1, (done.returncode, done.stdout, done.stderr)
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1, done.stderr
    assert lines[0].startswith("tuoyu serve: "), lines
    assert says in lines[0], lines
    assert done.stdout == "", done.stdout
    return lines[0]


def test_it_prints_an_address_and_a_line_that_works(flow):
    server = flow.serve()
    printed = server.stdout()
    assert f"http://127.0.0.1:{server.port}" in printed
    assert "示例数据" in printed, "a sample says that it is one"
    line = next(line.strip() for line in printed.splitlines() if line.strip().startswith("curl "))
    done = subprocess.run(["bash", "-c", f"{line} -s -f"], capture_output=True, text=True,
                          timeout=30, check=True)
    assert '"numberReturned":' in done.stdout
    assert '"numberReturned":0' not in done.stdout, "the point to try must have something near it"


def test_a_request_that_runs_is_finished_after_sigterm(flow):
    server = flow.serve(flow.store(TOWN))
    body = b'{"lon":120.2,"lat":30.2}'
    with server.socket() as slow:
        slow.sendall(b"POST /v1/nearby HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                     b"Content-Length: %d\r\n\r\n" % len(body) + body[:5])
        time.sleep(0.5)  # its head is read, and half of its body
        server.process.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        assert server.process.poll() is None, "it must not end before the request is answered"
        slow.sendall(body[5:])
        answer = slow.recv(65536)
    assert answer.startswith(b"HTTP/1.1 200 "), answer
    assert server.process.wait(30) == 0, server.printed()
    assert not os.path.exists(f"{server.store}.sock"), "the control socket goes with the server"


def test_a_second_signal_ends_it_at_once(flow):
    server = flow.serve(flow.store(TOWN))
    with server.socket() as slow:
        slow.sendall(b"POST /v1/nearby HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                     b"Content-Length: 100\r\n\r\n{")
        time.sleep(0.5)
        server.process.send_signal(signal.SIGINT)
        time.sleep(0.5)
        assert server.process.poll() is None
        server.process.send_signal(signal.SIGINT)
        assert server.process.wait(5) == -signal.SIGINT
    server.stopped = True


def test_a_store_that_was_served_and_killed_is_served_again(flow):
    store = flow.store(TOWN)
    flow.serve(store).kill()
    assert os.path.exists(f"{store}.sock"), "what is left behind must not be in the way"
    server = flow.serve(store)
    flow.run("check", "--store", store)
    assert server.get("/v1/status").status == 200


def test_a_port_in_use_is_one_clear_line(flow):
    store = flow.store(TOWN)
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        address = f"127.0.0.1:{other.getsockname()[1]}"
        done = flow.run("serve", "--store", store, "--listen", address, code=None)
    assert done.returncode in (1, 2), done.stderr
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    assert address in done.stderr and "already" in done.stderr, done.stderr


def test_a_bad_address_is_a_wrong_command_line(flow):
    done = flow.run("serve", "--listen", "example.org:80", code=2)
    assert "--listen is 'example.org:80'" in done.stderr


def test_a_store_that_is_not_there_names_init(flow):
    line = fails_to_serve(flow, flow.folder / "none.db", says="tuoyu init")
    assert "none.db" in line


def test_a_store_that_is_held_is_one_clear_line(flow):
    server = flow.serve(flow.store(TOWN))
    fails_to_serve(flow, server.store, says="holds it")


def test_a_newer_store_is_one_clear_line(flow):
    store = flow.store(TOWN)
    with sqlite3.connect(store) as database:
        database.execute("PRAGMA user_version = 9999")
    database.close()
    fails_to_serve(flow, store, says="9999")


def test_damaged_and_foreign_files_are_one_clear_line(flow):
    foreign = flow.folder / "notes.db"
    foreign.write_text("not a store\n" * 1000)
    fails_to_serve(flow, foreign, says="notes.db")
    empty = flow.folder / "empty.db"
    empty.write_bytes(b"")
    fails_to_serve(flow, empty, says="empty.db")
    other = flow.folder / "other.db"
    with sqlite3.connect(other) as database:
        database.execute("CREATE TABLE t (x)")
    database.close()
    fails_to_serve(flow, other, says="other.db")
    store = flow.store(TOWN)
    whole = store.read_bytes()
    store.write_bytes(whole[:100] + b"\xff" * 8000 + whole[8100:])
    fails_to_serve(flow, store, says="store.db")


def test_a_read_only_store_is_one_clear_line(flow):
    store = flow.store(TOWN)
    folder = flow.folder
    more = {}
    if os.geteuid() == 0:  # who is root may write anything
        more = {"user": 65534, "group": 65534, "extra_groups": []}
        folder.chmod(0o755)
        store.chmod(0o644)
        try:
            subprocess.run([flow.program, "version"], capture_output=True, check=True, **more)
        except (OSError, subprocess.CalledProcessError) as failure:
            raise Skip(f"the program cannot be run by another user here: {failure}") from failure
    else:
        store.chmod(0o444)
        folder.chmod(0o555)
    try:
        line = fails_to_serve(flow, store, says="store.db", **more)
    finally:
        folder.chmod(0o755)
        store.chmod(0o644)
    assert any(word in line for word in ("read", "permission", "Permission")), line


def test_other_machines_are_let_in_only_when_told_and_it_says_so(flow):
    server = flow.serve(flow.store(TOWN), listen="0.0.0.0:0", wait=False)
    until = time.monotonic() + 30
    while "other machines can reach" not in server.stderr():
        assert time.monotonic() < until and server.process.poll() is None, server.printed()
        time.sleep(0.05)
    quiet = flow.serve(flow.store(TOWN, "second.db"))
    assert "other machines" not in quiet.printed()


def test_starting_and_stopping_again_and_again_leaves_nothing(flow):
    store = flow.store(TOWN)
    for _ in range(3):
        server = flow.serve(store)
        clients = [threading.Thread(target=server.get, args=("/v1/status",)) for _ in range(8)]
        for client in clients:
            client.start()
        for client in clients:
            client.join()
        server.stop()
    left = sorted(path.name for path in flow.folder.iterdir() if path.name.startswith("store.db"))
    assert left in (["store.db"], ["store.db", "store.db.lock"]), left
