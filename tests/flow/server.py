"""What whole-server tests stand on: stores, running servers, plain and raw requests.

    def test_health_is_told(flow):
        server = flow.serve()                      # the sample region, a free port
        assert server.get("/healthz").status == 200

Servers are stopped by SIGTERM when the test ends, must then exit 0, and must not have printed
anything that a sanitizer prints.
"""

import contextlib
import fcntl
import http.client
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SAMPLE_REGION = ROOT / "data/regions/binjiang/region.json"
FIXTURES = ROOT / "tests/fixtures"

SANITIZER = re.compile(
    r"AddressSanitizer|LeakSanitizer|ThreadSanitizer|UndefinedBehaviorSanitizer|runtime error:")
ADDRESS = re.compile(r"http://(127\.0\.0\.1|\[::1\]):(\d+)")


class Skip(Exception):
    """Raised to skip a test, saying why."""


class Flow:
    """What one test has: the programs, a fresh folder, and whatever it started."""

    def __init__(self, program, tsan_program, folder, shared=None):
        self.program = program
        self.tsan_program = tsan_program
        self.folder = pathlib.Path(folder)
        self.shared = pathlib.Path(shared) if shared else None  # one folder for the whole run
        self.servers = []

    def run(self, *args, code=0, stdin=None, env=None, timeout=120, program=None):
        """Run `tuoyu ARGS…` to its end; its exit code must be `code` (None = any)."""
        done = subprocess.run([program or self.program, *map(str, args)], input=stdin,
                              capture_output=True, timeout=timeout, cwd=ROOT, check=False,
                              env={**os.environ, **(env or {})},
                              **({} if isinstance(stdin, bytes) else
                                 {"encoding": "utf-8", "errors": "replace"}))
        stderr = done.stderr if isinstance(done.stderr, str) else done.stderr.decode("utf-8", "replace")
        assert not SANITIZER.search(stderr), stderr
        assert code is None or done.returncode == code, (
            f"tuoyu {' '.join(map(str, args))}: exit {done.returncode}, expected {code}\n"
            f"{done.stdout}\n{stderr}")
        return done

    @contextlib.contextmanager
    def sharing(self):
        """The folder of the whole run, held: tests run beside one another, and what is made once is
        made by the first that comes."""
        folder = self.shared or self.folder
        with open(folder / "lock", "wb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield folder

    def store(self, region_file=SAMPLE_REGION, name="store.db", *args):
        """A new store made by `tuoyu init`; its path. The sample comes without its streets, and is made
        once a run and copied."""
        path = self.folder / name
        plain = region_file == SAMPLE_REGION
        region_file = self.without_streets() if plain else region_file
        if not plain or args or not self.shared:
            self.run("init", "--store", path, "--region-file", region_file, *args)
            return path
        with self.sharing() as folder:
            sample = folder / "sample.db"
            if not sample.exists():
                made = folder / "making.db"
                self.run("init", "--store", made, "--region-file", region_file)
                assert not pathlib.Path(f"{made}-wal").exists(), "init left a write-ahead log behind"
                made.rename(sample)
        shutil.copyfile(sample, path)
        return path

    def without_streets(self):
        """The sample's region.json, naming no streets to walk on: answers are by line unless a test
        imports some."""
        with self.sharing() as shared:
            folder = shared / "sample-region"
            region = folder / "region.json"
            if not region.exists():
                folder.mkdir(exist_ok=True)
                told = json.loads(SAMPLE_REGION.read_text(encoding="utf-8"))
                del told["files"]["osm"]
                for name in told["files"].values():
                    shutil.copyfile(SAMPLE_REGION.parent / name, folder / name)
                region.write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
            return region

    def serve(self, store=None, *args, listen="127.0.0.1:0", env=None, program=None, wait=True):
        """A running server; without `store`, on a new one of the sample region."""
        if store is None:
            store = self.store()
        server = Server(program or self.program, store, self.folder, listen, args, env,
                        len(self.servers))
        self.servers.append(server)
        if wait:
            server.wait_ready()
        return server

    def close(self):
        failures = []
        for server in self.servers:
            try:
                server.stop()
            except AssertionError as failure:
                failures.append(str(failure))
        assert not failures, "\n".join(failures)


class Answer:
    """An HTTP answer; header names in lower case, several of one name joined by ', '."""

    def __init__(self, status, headers, body):
        self.status = status
        self.headers = {}
        for name, value in headers:
            name = name.lower()
            self.headers[name] = f"{self.headers[name]}, {value}" if name in self.headers else value
        self.body = body

    def json(self):
        return json.loads(self.body.decode("utf-8"))

    def __repr__(self):
        return f"<{self.status} {self.body[:300]!r}>"


class Server:
    def __init__(self, program, store, folder, listen, args, env, number):
        self.store = pathlib.Path(store)
        self.out_path = pathlib.Path(folder) / f"server-{number}.out"
        self.err_path = pathlib.Path(folder) / f"server-{number}.err"
        self.port = None
        self.host = "127.0.0.1"
        self.stopped = False
        command = [program, "serve", "--store", str(store), "--listen", listen, *map(str, args)]
        with open(self.out_path, "wb") as out, open(self.err_path, "wb") as err:
            self.process = subprocess.Popen(command, stdout=out, stderr=err, cwd=ROOT,
                                            stdin=subprocess.DEVNULL,
                                            env={**os.environ, **(env or {})})

    # What it printed ---------------------------------------------------------------------------
    def stdout(self):
        return self.out_path.read_text("utf-8", "replace")

    def stderr(self):
        return self.err_path.read_text("utf-8", "replace")

    def printed(self):
        return self.stdout() + self.stderr()

    # Its life ----------------------------------------------------------------------------------
    def wait_ready(self, seconds=60):
        """Until it has printed its address and /readyz says 200."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            assert self.process.poll() is None, (
                f"serve ended with {self.process.returncode}:\n{self.printed()}")
            found = ADDRESS.search(self.printed())
            if found:
                self.host, self.port = found.group(1).strip("[]"), int(found.group(2))
                try:
                    if self.get("/readyz").status == 200:
                        return self
                except OSError:
                    pass
            time.sleep(0.02)
        raise AssertionError(f"not ready after {seconds} s:\n{self.printed()}")

    def stop(self, seconds=60, code=0):
        """SIGTERM; it must end with `code` and without a sanitizer's word. Safe twice."""
        if self.stopped:
            return
        self.stopped = True
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            ended = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError(f"still running {seconds} s after SIGTERM:\n{self.printed()}")
        assert not SANITIZER.search(self.printed()), self.printed()
        assert ended == code, f"serve ended with {ended}, expected {code}:\n{self.printed()}"

    def kill(self):
        """SIGKILL: for tests of what a crash leaves behind."""
        self.stopped = True
        self.process.kill()
        self.process.wait()

    # Plain requests ----------------------------------------------------------------------------
    def connect(self, timeout=30):
        """An http.client connection, for keep-alive; close it."""
        return http.client.HTTPConnection(self.host, self.port, timeout=timeout)

    def request(self, method, path, body=None, headers=None, connection=None, timeout=30):
        own = connection is None
        connection = connection or self.connect(timeout)
        try:
            if isinstance(body, (dict, list)):
                body = json.dumps(body)
                headers = {"Content-Type": "application/json", **(headers or {})}
            connection.request(method, path, body=body, headers=headers or {})
            answer = connection.getresponse()
            return Answer(answer.status, answer.getheaders(), answer.read())
        finally:
            if own:
                connection.close()

    def get(self, path, headers=None, **more):
        return self.request("GET", path, headers=headers, **more)

    def post(self, path, body, headers=None, **more):
        return self.request("POST", path, body=body, headers=headers, **more)

    def metric(self, name, **labels):
        """The sum of a metric's samples that carry these labels."""
        total = 0.0
        for line in self.get("/metrics").body.decode().splitlines():
            found = re.match(r"([a-z_]+)(?:\{(.*)\})? (\S+)$", line)
            if found and found.group(1) == name and all(
                    f'{label}="{value}"' in (found.group(2) or "") for label, value in labels.items()):
                total += float(found.group(3))
        return total

    # Raw requests ------------------------------------------------------------------------------
    def socket(self, timeout=10):
        return socket.create_connection((self.host, self.port), timeout=timeout)

    def raw(self, sent, timeout=10, shut=False):
        """Send bytes, and read until the server closes or `timeout` passes: what came, and whether
        the server closed. `shut` ends our sending side first."""
        with self.socket(timeout) as conversation:
            received = b""
            try:
                conversation.sendall(sent)
                if shut:
                    conversation.shutdown(socket.SHUT_WR)
            except OSError:
                pass  # it may close before all is sent
            try:
                while True:
                    piece = conversation.recv(65536)
                    if not piece:
                        return received, True
                    received += piece
            except socket.timeout:
                return received, False
            except OSError:
                return received, True


def raw_statuses(received):
    """The status codes of all answers in what raw() received."""
    return [int(code) for code in re.findall(rb"HTTP/1\.[01] (\d{3}) ", received)]
