"""An import that is killed, or that meets a full disk, at any moment: the store is as it was before, or
as it is after, and sound. A short dose runs here; TORTURE=1 (make torture) takes many more moments.

Each kind has a control: a writer without the store's safety, which the same look must find out.
"""

import datetime
import os
import resource
import shutil
import signal
import subprocess
import sys
import time

from registers import write_register
from server import FIXTURES, ROOT

TOWN = FIXTURES / "regions/sample-town.json"
TODAY = datetime.datetime.now(datetime.timezone.utc).date()
TORTURE = bool(os.environ.get("TORTURE"))
ROWS = 20000 if TORTURE else 3000
MOMENTS = 40 if TORTURE else 4
DISKS = 25 if TORTURE else 3
LAYERS = ("offers", "facilities")


class Half(AssertionError):
    """The store is neither as it was before nor as it is after."""


def content(flow, store):
    return [flow.run("export", "--format", "csv", "--layer", layer, "--store", store).stdout
            for layer in LAYERS]


def must_be_one_of(flow, store, states):
    """Which of the states it is; it must be sound."""
    flow.run("check", "--store", store)
    found = content(flow, store)
    if found not in states:
        raise Half(f"{len(found[0].splitlines())} lines, before {len(states[0][0].splitlines())}")
    return states.index(found)


def import_line(flow, store, file):
    return [flow.program, "import", "register", str(file), "--coordsys", "wgs84", "--as-of", str(TODAY),
            "--source", "town", "--store", str(store)]


class Case:
    """A small store, a large file that changes and adds to it, and what it is before and after."""

    def __init__(self, flow):
        self.flow, self.start = flow, flow.store(TOWN, "start.db")
        small = write_register(flow.folder / "small.csv", 50, TODAY)
        subprocess.run(import_line(flow, self.start, small), check=True, capture_output=True, timeout=60)
        self.file = write_register(flow.folder / "large.csv", ROWS, TODAY, name="另一个 {}")
        self.before = content(flow, self.start)
        whole = self.copy_to(flow.folder / "whole.db")
        began = time.monotonic()
        subprocess.run(import_line(flow, whole, self.file), check=True, capture_output=True, timeout=170)
        self.seconds = time.monotonic() - began
        self.after = content(flow, whole)
        self.growth = whole.stat().st_size - self.start.stat().st_size
        assert self.before != self.after

    def copy_to(self, path):
        for ending in ("-wal", "-shm"):
            path.with_name(path.name + ending).unlink(missing_ok=True)
        shutil.copyfile(self.start, path)
        return path

    def look(self, store):
        return must_be_one_of(self.flow, store, [self.before, self.after])


HALF_DONE = """
import sqlite3, sys, time
store = sqlite3.connect(sys.argv[1], isolation_level=None)
for (version,) in store.execute("SELECT version FROM facility_version").fetchall():
    store.execute("UPDATE facility_version SET name = 'half' WHERE version = ?", (version,))
    print("written", flush=True)
    time.sleep(0.2)
"""


def a_writer_without_a_transaction_is_found_out(flow, case):
    """The control: were an import written piece by piece, the look would say so."""
    store = case.copy_to(flow.folder / "half.db")
    running = subprocess.Popen([sys.executable, "-c", HALF_DONE, store], stdout=subprocess.PIPE)
    running.stdout.readline()
    running.kill()
    running.wait()
    running.stdout.close()
    try:
        case.look(store)
    except Half:
        return
    raise AssertionError("half of an import was taken for a whole one")


def test_an_import_that_is_killed_at_any_moment_is_whole_or_not_there(flow):
    case = Case(flow)
    a_writer_without_a_transaction_is_found_out(flow, case)
    kills = written = 0
    for moment in range(MOMENTS):
        store = case.copy_to(flow.folder / "killed.db")
        running = subprocess.Popen(import_line(flow, store, case.file), stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL, cwd=ROOT)
        time.sleep(case.seconds * (moment + 0.5) / MOMENTS)
        running.send_signal(signal.SIGKILL)
        killed = running.wait() == -signal.SIGKILL
        log = store.with_name("killed.db-wal")
        kills += killed
        written += killed and log.exists() and log.stat().st_size > 0
        state = case.look(store)
        assert killed or state == 1, "an import that came to its end must be there"
    print(f"    {kills} of {MOMENTS} were killed, {written} of them while the store was being written",
          file=sys.stderr)
    assert kills > MOMENTS // 2, "too few lasted long enough"
    assert written or not TORTURE, "no store was met while it was written"


test_an_import_that_is_killed_at_any_moment_is_whole_or_not_there.seconds = 3600 if TORTURE else 600

class SmallDisk:
    """A folder with room for so many bytes: a file system in memory where we may mount one, else the
    folder itself, with a ceiling for every file that a command writes."""

    def __init__(self, folder):
        self.folder = folder
        folder.mkdir()
        self.mounted = os.geteuid() == 0 and subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=1g", "tmpfs", folder], capture_output=True,
            check=False).returncode == 0

    def run(self, line, room, largest):
        """Run with `room` bytes more than the folder holds now; a file may have at most `largest`."""
        def limit():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest))
        if self.mounted:
            used = sum(path.stat().st_blocks * 512 for path in self.folder.iterdir())
            self.resize(used + room)
        done = subprocess.run(line, capture_output=True, text=True, timeout=300, cwd=ROOT, check=False,
                              preexec_fn=None if self.mounted else limit)
        if self.mounted:
            self.resize(1 << 30)
        return done

    def resize(self, size):
        subprocess.run(["mount", "-o", f"remount,size={size}", self.folder], check=True)

    def close(self):
        if self.mounted:
            subprocess.run(["umount", self.folder], check=True)


def a_writer_that_does_not_look_at_its_disk_is_found_out(flow, case):
    """The control: a store of which the last pages never reached the disk."""
    data = (flow.folder / "whole.db").read_bytes()
    store = flow.folder / "cut.db"
    store.write_bytes(data[:len(data) - case.growth // 2])
    try:
        case.look(store)
    except AssertionError:
        return
    raise AssertionError("a store that was cut was taken for a whole one")


def test_an_import_onto_a_full_disk_is_whole_or_not_there(flow):
    case = Case(flow)
    a_writer_that_does_not_look_at_its_disk_is_found_out(flow, case)
    disk = SmallDisk(flow.folder / "small")
    refused = 0
    try:
        for number in range(DISKS):
            room = int(case.growth * (number + 0.5) * 1.2 / DISKS)
            store = case.copy_to(disk.folder / "store.db")
            done = disk.run(import_line(flow, store, case.file), room,
                            max(store.stat().st_size, room))
            refused += done.returncode != 0
            state = case.look(store)
            assert state == (done.returncode == 0), (state, done)
            if done.returncode:
                assert done.returncode == 1 and len(done.stderr.splitlines()) == 1, done
                assert not disk.mounted or "the disk is full" in done.stderr, done.stderr
            for left in disk.folder.iterdir():
                left.unlink()
    finally:
        disk.close()
    assert refused, "every disk was large enough"


test_an_import_onto_a_full_disk_is_whole_or_not_there.seconds = 3600 if TORTURE else 600
