"""Imports through a running server: nothing is dropped, and what is new is there at once."""

import datetime
import http.client
import json
import signal
import subprocess
import threading
import time

from registers import write_register
from server import FIXTURES, ROOT, Skip

TOWN = FIXTURES / "regions/sample-town.json"
TODAY = datetime.datetime.now(datetime.timezone.utc).date()
QUESTIONS = ["/v1/nearby?lon=120.2&lat=30.2&limit=20", "/v1/nearby?lon=120.15&lat=30.25&open=true",
             "/v1/facilities?limit=50", "/v1/status", "/readyz"]


class Load:
    """Clients that ask without pause, on connections that stay open, and count what they get."""

    def __init__(self, server, clients=4):
        self.server, self.ending = server, False
        self.answered, self.wrong = [0] * clients, []
        self.threads = [threading.Thread(target=self.ask, args=(number,)) for number in range(clients)]

    def ask(self, number):
        connection = self.server.connect()
        turn = number
        while not self.ending:
            path = QUESTIONS[turn % len(QUESTIONS)]
            turn += 1
            try:
                connection.request("GET", path)
                answer = connection.getresponse()
                body = answer.read()
                if answer.status != 200:
                    self.wrong.append((path, answer.status, body[:200]))
                elif path.startswith("/v1/"):
                    json.loads(body)
                self.answered[number] += 1
            except (OSError, http.client.HTTPException, ValueError) as failure:
                self.wrong.append((path, repr(failure)))
                connection.close()
                connection = self.server.connect()
        connection.close()

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.ending = True
        for thread in self.threads:
            thread.join()
        assert not self.wrong, self.wrong[:5]
        assert all(self.answered), self.answered


def facility_count(server):
    return server.get("/v1/status").json()["counts"]["facilities"]


def import_under_load(flow, program, rounds, step):
    server = flow.serve(flow.store(TOWN), program=program)
    with Load(server):
        for turn in range(1, rounds + 1):
            file = write_register(flow.folder / "register.csv", turn * step, TODAY)
            flow.run("import", "register", file, "--coordsys", "wgs84", "--as-of", TODAY, "--store",
                     server.store, "--source", "town")
            assert facility_count(server) == turn * step, "what was imported must be seen at once"
    return server


def test_an_import_under_load_drops_no_request_and_is_seen_at_once(flow):
    import_under_load(flow, flow.program, rounds=6, step=150)


def test_an_import_under_load_has_no_race(flow):
    if not flow.tsan_program:
        raise Skip("no program built with the thread sanitizer was given")
    import_under_load(flow, flow.tsan_program, rounds=4, step=60)


def test_two_imports_at_once_take_turns(flow):
    server = flow.serve(flow.store(TOWN))
    commands = []
    for name, first in (("east", 1), ("west", 1001)):
        file = write_register(flow.folder / f"{name}.csv", 300, TODAY, first)
        commands.append(subprocess.Popen(
            [flow.program, "import", "register", file, "--coordsys", "wgs84", "--as-of", str(TODAY),
             "--store", server.store], stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT))
    for command in commands:
        out, err = command.communicate(timeout=120)
        assert command.returncode == 0, (out, err)
    assert facility_count(server) == 600


def exported(flow, store):
    return flow.run("export", "--format", "csv", "--layer", "offers", "--store", store).stdout


def interrupt_import(flow, store, file, seconds):
    """Start an import and SIGKILL it; True when it was killed before its end."""
    command = subprocess.Popen(
        [flow.program, "import", "register", file, "--coordsys", "wgs84", "--as-of", str(TODAY),
         "--store", store, "--source", "town"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        cwd=ROOT)
    time.sleep(seconds)
    killed = command.poll() is None
    command.send_signal(signal.SIGKILL)
    return command.wait() == -signal.SIGKILL and killed


def test_an_import_that_is_killed_leaves_the_store_as_it_was(flow):
    store = flow.store(TOWN)
    small = write_register(flow.folder / "small.csv", 50, TODAY)
    large = write_register(flow.folder / "large.csv", 20000, TODAY, name="另一个 {}")
    flow.run("import", "register", small, "--coordsys", "wgs84", "--as-of", TODAY, "--store", store,
             "--source", "town")
    before = exported(flow, store)
    assert before.count("\n") == 51
    kills = 0
    for seconds in (0.3, 0.6, 1.0):
        if interrupt_import(flow, store, large, seconds):
            kills += 1
            assert exported(flow, store) == before
            flow.run("check", "--store", store)
    assert kills > 0, "no import lasted long enough to be killed: make the file larger"


def test_a_client_that_goes_away_cancels_its_import(flow):
    server = flow.serve(flow.store(TOWN))
    large = write_register(flow.folder / "large.csv", 80000, TODAY)
    assert interrupt_import(flow, server.store, large, 0.7), "it ended too soon: make the file larger"
    small = write_register(flow.folder / "small.csv", 5, TODAY)
    flow.run("import", "register", small, "--coordsys", "wgs84", "--as-of", TODAY, "--store",
             server.store, "--source", "small")  # waits for the turn, so the other has ended
    assert facility_count(server) == 5


def test_a_client_that_does_not_read_holds_up_nobody(flow):
    server = flow.serve(flow.store(TOWN))
    large = write_register(flow.folder / "large.csv", 3000, TODAY)
    flow.run("import", "register", large, "--coordsys", "wgs84", "--as-of", TODAY, "--store",
             server.store, "--source", "large")
    lazy = [subprocess.Popen([flow.program, "export", "--format", "csv", "--layer", "offers", "--store",
                              server.store], stdout=subprocess.PIPE, cwd=ROOT) for _ in range(4)]
    time.sleep(1)  # far more than a pipe holds is waiting in each
    assert all(client.poll() is None for client in lazy), "the export must not fit into the pipe"
    for turn in range(1, 5):  # more pictures than may be alive at one time
        small = write_register(flow.folder / "small.csv", turn, TODAY, first=5000)
        flow.run("import", "register", small, "--coordsys", "wgs84", "--as-of", TODAY, "--store",
                 server.store, "--source", "small", timeout=60)
        assert facility_count(server) == 3000 + turn
    for client in lazy:
        assert client.stdout.read().count(b"\n") == 3001
        assert client.wait(30) == 0
