"""Slow and silent clients: they are cut, and honest ones are served meanwhile."""

import select
import socket
import threading
import time

alone = True  # 600 connections leave little of a machine for others
CONNECTIONS = 600
POINT = "/v1/nearby?lon=120.19&lat=30.19"


class Honest(threading.Thread):
    """One client that asks again and again, each time on a new connection, and takes the time."""

    def __init__(self, server):
        super().__init__(daemon=True)
        self.server, self.times, self.failed, self.stop = server, [], [], threading.Event()

    def run(self):
        while not self.stop.is_set():
            started = time.monotonic()
            try:
                answer = self.server.get(POINT, timeout=10)
                if answer.status != 200:
                    self.failed.append(answer)
            except OSError as failure:
                self.failed.append(failure)
            self.times.append(time.monotonic() - started)
            self.stop.wait(0.05)

    def judge(self):
        self.stop.set()
        self.join()
        assert len(self.times) >= 20 and not self.failed, (len(self.times), self.failed[:3])
        self.times.sort()
        assert self.times[len(self.times) // 2] < 1 and self.times[-1] < 5, self.times[-3:]


def open_many(server, first_bytes):
    found = []
    for _ in range(CONNECTIONS):
        one = socket.create_connection((server.host, server.port), timeout=10)
        one.sendall(first_bytes)
        one.setblocking(False)
        found.append(one)
    return found


def drip(connections, byte, seconds, pause=0.5):
    """Send a byte on each every `pause` until all are closed or the time is up; how many are left."""
    until = time.monotonic() + seconds
    left = list(connections)
    while left and time.monotonic() < until:
        for one in list(left):
            try:
                one.send(byte)
                readable, _, _ = select.select([one], [], [], 0)
                if readable and one.recv(4096) == b"":
                    raise ConnectionError
            except BlockingIOError:
                pass
            except OSError:
                left.remove(one)
                one.close()
        time.sleep(pause)
    for one in left:
        one.close()
    return len(left)


def flood(flow, first_bytes, byte, seconds, stage):
    server = flow.serve()
    honest = Honest(server)
    slow = open_many(server, first_bytes)
    honest.start()
    started = time.monotonic()
    left = drip(slow, byte, seconds)
    took = time.monotonic() - started
    honest.judge()
    assert left == 0, f"{left} of {CONNECTIONS} still held on after {took:.1f} s"
    cut = server.metric("tuoyu_cut_total", stage=stage)
    assert cut >= CONNECTIONS * 0.95, f"{cut} were cut at the stage {stage}"
    until = time.monotonic() + 5
    while server.metric("tuoyu_connections") > 5 and time.monotonic() < until:
        time.sleep(0.1)
    assert server.metric("tuoyu_connections") <= 5


def test_600_slow_heads_are_cut_and_an_honest_client_served(flow):
    flood(flow, b"GET /healthz HTTP/1.1\r\nHost: a\r\nX-Slow: ", b"a", 20, "head")


def test_600_silent_connections_are_cut(flow):
    flood(flow, b"", b"", 20, "head")


def test_600_slow_bodies_are_cut_and_an_honest_client_served(flow):
    flood(flow, b"POST /v1/nearby HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                b"Content-Length: 60000\r\n\r\n{", b" ", 30, "body")


def unsent(port):
    """How many of the server's connections have bytes that the other side has not taken."""
    count = 0
    with open("/proc/net/tcp", encoding="ascii") as table:
        for line in list(table)[1:]:
            fields = line.split()
            local_port, queued = int(fields[1].split(":")[1], 16), int(fields[4].split(":")[0], 16)
            count += local_port == port and queued > 0
    return count


def test_600_slow_readers_do_not_hold_up_an_honest_client(flow):
    """They ask for much and read nothing; their answers wait in buffers, not in threads."""
    server = flow.serve()
    ask = b"GET /v1/facilities?limit=1000 HTTP/1.1\r\nHost: a\r\n\r\n"
    slow = []
    for _ in range(CONNECTIONS):
        one = socket.socket()
        one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        one.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 536)  # keeps the kernel's buffers small too
        one.settimeout(10)
        one.connect((server.host, server.port))
        one.sendall(ask)
        slow.append(one)
    until = time.monotonic() + 60
    while (server.metric("tuoyu_requests_total", route="/v1/facilities") < CONNECTIONS
           and time.monotonic() < until):
        time.sleep(0.2)
    honest = Honest(server)
    honest.start()
    time.sleep(5)
    held = unsent(server.port)
    honest.judge()
    assert held >= CONNECTIONS * 0.95, f"only {held} readers were slow"
    whole = server.get("/v1/facilities?limit=1000").body
    slow[0].sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    received = b""
    while piece := slow[0].recv(65536):
        received += piece
    assert whole in received and received.endswith(b"ok\n")  # late, and whole
    for one in slow:
        one.close()


def test_a_stop_finishes_what_runs_and_cuts_what_idles(flow):
    server = flow.serve()
    body = b'{"lon":120.19,"lat":30.19}'
    idle = server.socket()
    idle.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
    assert b"200 OK" in idle.recv(4096)
    running = server.socket()
    running.sendall(b"POST /v1/nearby HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                    b"Content-Length: %d\r\n\r\n" % len(body) + body[:10])
    time.sleep(0.3)
    stopping = threading.Thread(target=server.stop)
    started = time.monotonic()
    stopping.start()
    time.sleep(0.7)
    running.sendall(body[10:])
    received = b""
    while piece := running.recv(65536):
        received += piece
    stopping.join()
    assert received.startswith(b"HTTP/1.1 200") and b"Connection: close" in received, received[:300]
    assert idle.recv(10) == b""
    assert time.monotonic() - started < 8
