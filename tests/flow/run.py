#!/usr/bin/env python3
"""Whole-server tests: every function test_* of tests/flow/test_*.py.

    run.py --program build/asan/tuoyu [--tsan-program build/tsan/tuoyu] [PART…]

PART selects tests whose file or name contains it. Each test runs in a process of its own, with a
folder of its own and a time limit, and takes one argument, a `Flow` (server.py). Writes "passed
failed skipped" to $TEST_COUNTS and ends with that line. Standard library only.
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


def find_tests(parts):
    found = []
    for path in sorted(HERE.glob("test_*.py")):
        spec = importlib.util.spec_from_file_location(path.stem, path)
        module = importlib.util.module_from_spec(spec)
        try:
            spec.loader.exec_module(module)
        except Exception:  # a file that cannot be read is a failed test, not a lost one
            traceback.print_exc()
            found.append((path, path.stem, None, SECONDS_A_TEST))
            continue
        for name, function in vars(module).items():
            if name.startswith("test_") and callable(function):
                if not parts or any(part in name or part in str(path.relative_to(HERE.parent.parent))
                                    for part in parts):
                    seconds = getattr(function, "seconds", SECONDS_A_TEST)
                    found.append((path, name, function, seconds))
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


def run_one(function, seconds, options):
    folder = tempfile.mkdtemp(prefix="tuoyu-flow-")
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if child == 0:
        os.setsid()
        code = 1
        try:
            code = run_child(function, options, folder)
        finally:
            sys.stderr.flush()
            os._exit(code)
    code = wait(child, seconds)
    try:  # whatever the test left running ends with it
        os.killpg(child, signal.SIGKILL)
    except ProcessLookupError:
        pass
    if code in (0, SKIPPED):
        shutil.rmtree(folder, ignore_errors=True)
    else:
        print(f"    its folder is kept: {folder}", file=sys.stderr)
    return code


def wait(child, seconds):
    until = time.monotonic() + seconds
    while True:
        pid, status = os.waitpid(child, os.WNOHANG)
        if pid == child:
            return os.waitstatus_to_exitcode(status)
        if time.monotonic() > until:
            os.killpg(child, signal.SIGKILL)
            os.waitpid(child, 0)
            print(f"    too slow: cut after {seconds} s", file=sys.stderr)
            return 1
        time.sleep(0.01)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", required=True)
    parser.add_argument("--tsan-program")
    parser.add_argument("parts", nargs="*")
    options = parser.parse_args()
    options.program = os.path.abspath(options.program)
    if options.tsan_program:
        options.tsan_program = os.path.abspath(options.tsan_program)

    with tempfile.TemporaryDirectory(prefix="tuoyu-flow-shared-") as options.shared:
        return run_all(options)


def run_all(options):
    passed = failed = skipped = 0
    last = None
    for path, name, function, seconds in find_tests(options.parts):
        if path != last:
            last = path
            print(path.relative_to(HERE.parent.parent), file=sys.stderr)
        started = time.monotonic()
        code = run_one(function, seconds, options)
        took = time.monotonic() - started
        if code == 0:
            passed += 1
            if took > 5:
                print(f"  ok   {name} ({took:.1f} s)", file=sys.stderr)
        elif code == SKIPPED:
            skipped += 1
            print(f"  skip {name}", file=sys.stderr)
        else:
            failed += 1
            print(f"  FAIL {name}", file=sys.stderr)
    counts = os.environ.get("TEST_COUNTS")
    if counts:
        with open(counts, "w", encoding="ascii") as out:
            out.write(f"{passed} {failed} {skipped}\n")
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed or (passed + skipped == 0 and not options.parts) else 0


if __name__ == "__main__":
    sys.exit(main())
