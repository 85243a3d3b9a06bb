"""Files that are not what they are called, and texts that are more than text."""

import os

from server import FIXTURES

TOWN = FIXTURES / "regions/sample-town.json"
CONTROLS = ["\x1b", "\x07", "\x7f", "\x9b", "\u202e", "\u2028", "\u2066"]


def write(flow, name, text):
    path = flow.folder / name
    path.write_text(text, "utf-8")
    return path


def import_register(flow, store, file, *args, code=0):
    done = flow.run("import", "register", file, "--store", store, "--coordsys", "wgs84", "--as-of",
                    "2026-11-24", *args, code=code, timeout=30)
    return done.stdout + done.stderr


def without_controls(printed):
    found = [control for control in CONTROLS if control in printed]
    assert not found, f"{found} in {printed!r}"


def test_no_text_of_a_file_is_a_command_to_the_terminal(flow):
    store = flow.store(TOWN)
    evil = "".join(f"x{control}[31m" for control in CONTROLS)
    file = write(flow, "evil.csv",
                 f"id,name,name_en,address,phone,lon,lat,care,{evil}\n"
                 f'1,"a{evil}","b{evil}","c{evil}","d{evil}",120.2,30.2,"{evil}",1\n'
                 f'"{evil}",e,,,,"{evil}",30.2,,2\n3,too few\n')
    without_controls(import_register(flow, store, file, code=3))
    without_controls(import_register(flow, store, file, "--json", code=3))
    near = flow.run("near", "120.2", "30.2", "--store", store).stdout
    assert "a" in near and "[31m" in near, near
    without_controls(near)
    without_controls(flow.run("export", "--format", "csv", "--store", store).stdout)
    headless = write(flow, "headless.csv", f"{evil}\n1\n")
    without_controls(import_register(flow, store, headless, code=3))


def test_a_pipe_in_place_of_a_file_holds_nobody(flow):
    server = flow.serve()
    rows = write(flow, "rows.csv", "id,name,lon,lat\n1,a,120.2,30.2\n")
    pipes = []
    for name in ("pipe.csv", "pipe.json"):
        os.mkfifo(flow.folder / name)
        pipes.append(flow.folder / name)
    for printed in (import_register(flow, server.store, pipes[0], code=1),
                    import_register(flow, server.store, rows, "--mapping", pipes[1], code=1)):
        assert "this is a pipe" in printed, printed
    assert server.get("/healthz").status == 200
