#!/usr/bin/env python3
"""Whole-server tests: every function test_* of tests/flow/test_*.py.

    run.py --program build/asan/tuoyu [--tsan-program build/tsan/tuoyu] [PART…]

PART selects tests whose file or name contains it. Each test runs in a process of its own, with a
folder of its own and a time limit, and takes one argument, a `Flow` (server.py). As many run at once
as there are processors (--jobs); a file or a test that says `alone = True`, because it watches a
clock or fills the machine, runs when no other does. Writes "passed failed skipped" to $TEST_COUNTS and
ends with that line. Standard library only.
"""

import argparse
import importlib.util
import os
import pathlib
import shutil
import signal
import sys
import tempfile
import time
import traceback

HERE = pathlib.Path(__file__).resolve().parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(HERE))
from server import Flow, Skip  # noqa: E402

SKIPPED = 77
SECONDS_A_TEST = 180


class Test:
    def __init__(self, path, name, function, alone=False):
        self.path = path
        self.name = name
        self.function = function  # None = its file could not be read
        self.seconds = getattr(function, "seconds", SECONDS_A_TEST)
        self.alone = getattr(function, "alone", alone)

    def title(self):
        return f"{self.path.stem}: {self.name}"


def find_tests(parts):
    found = []
    for path in sorted(HERE.glob("test_*.py")):
        spec = importlib.util.spec_from_file_location(path.stem, path)
        module = importlib.util.module_from_spec(spec)
        try:
            spec.loader.exec_module(module)
        except Exception:  # a file that cannot be read is a failed test, not a lost one
            traceback.print_exc()
            found.append(Test(path, path.stem, None))
            continue
        for name, function in vars(module).items():
            if name.startswith("test_") and callable(function):
                if not parts or any(part in name or part in str(path.relative_to(HERE.parent.parent))
                                    for part in parts):
                    found.append(Test(path, name, function, getattr(module, "alone", False)))
    return found


def run_child(function, options, folder):
    """In the child: run one test, print what went wrong, and give its exit code."""
    if function is None:
        return 1
    flow = Flow(options.program, options.tsan_program, folder, options.shared)
    code = 0
    try:
        function(flow)
    except Skip as skip:
        print(f"    skipped: {skip}", file=sys.stderr)
        code = SKIPPED
    except BaseException:
        traceback.print_exc()
        code = 1
    try:
        flow.close()
    except BaseException:
        traceback.print_exc()
        code = 1
    return code


class Running:
    """A test at work in a process group of its own; what it says goes to a file until it has ended."""

    def __init__(self, test, options):
        self.test = test
        self.folder = tempfile.mkdtemp(prefix="tuoyu-flow-")
        self.said = tempfile.TemporaryFile()
        self.started = time.monotonic()
        self.late = False
        sys.stdout.flush()
        sys.stderr.flush()
        self.child = os.fork()
        if self.child == 0:
            os.setsid()
            code = 1
            try:
                os.dup2(self.said.fileno(), 1)
                os.dup2(self.said.fileno(), 2)
                code = run_child(test.function, options, self.folder)
            finally:
                sys.stdout.flush()
                sys.stderr.flush()
                os._exit(code)

    def took(self):
        return time.monotonic() - self.started

    def ended(self):
        """Its exit code, or None while it runs; one that is too slow is cut."""
        pid, status = os.waitpid(self.child, os.WNOHANG)
        if pid != self.child:
            if not self.late and self.took() > self.test.seconds:
                self.late = True
                self.kill()
            return None
        self.kill()  # whatever the test left running ends with it
        return 1 if self.late else os.waitstatus_to_exitcode(status)

    def kill(self):
        try:
            os.killpg(self.child, signal.SIGKILL)
        except ProcessLookupError:
            pass

    def tell(self, code):
        self.said.seek(0)
        sys.stderr.write(self.said.read().decode("utf-8", "replace"))
        self.said.close()
        if self.late:
            print(f"    too slow: cut after {self.test.seconds} s", file=sys.stderr)
        if code in (0, SKIPPED):
            shutil.rmtree(self.folder, ignore_errors=True)
        else:
            print(f"    its folder is kept: {self.folder}", file=sys.stderr)
        if code == SKIPPED:
            print(f"  skip {self.test.title()}", file=sys.stderr)
        elif code:
            print(f"  FAIL {self.test.title()}", file=sys.stderr)
        elif self.took() > 10:
            print(f"  ok   {self.test.title()} ({self.took():.1f} s)", file=sys.stderr)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", required=True)
    parser.add_argument("--tsan-program")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("parts", nargs="*")
    options = parser.parse_args()
    options.program = os.path.abspath(options.program)
    if options.tsan_program:
        options.tsan_program = os.path.abspath(options.tsan_program)

    with tempfile.TemporaryDirectory(prefix="tuoyu-flow-shared-") as options.shared:
        return run_all(options)


def run_together(tests, jobs, options):
    """Run tests, at most `jobs` at once; counts by exit code."""
    waiting, running, codes = list(tests), [], {}
    while waiting or running:
        while waiting and len(running) < jobs:
            running.append(Running(waiting.pop(0), options))
        time.sleep(0.01)
        for one in list(running):
            code = one.ended()
            if code is None:
                continue
            running.remove(one)
            one.tell(code)
            codes[code] = codes.get(code, 0) + 1
    return codes


def run_all(options):
    tests = find_tests(options.parts)
    codes = run_together([test for test in tests if not test.alone], max(options.jobs, 1), options)
    for code, count in run_together([test for test in tests if test.alone], 1, options).items():
        codes[code] = codes.get(code, 0) + count
    passed, skipped = codes.get(0, 0), codes.get(SKIPPED, 0)
    failed = sum(codes.values()) - passed - skipped
    counts = os.environ.get("TEST_COUNTS")
    if counts:
        with open(counts, "w", encoding="ascii") as out:
            out.write(f"{passed} {failed} {skipped}\n")
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed or (passed + skipped == 0 and not options.parts) else 0


if __name__ == "__main__":
    sys.exit(main())
