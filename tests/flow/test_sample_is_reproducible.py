"""The committed sample region is what its script makes, byte for byte, and its streets are a sound OSM
file that covers the town, as read by Python's own XML reader and without any of our code."""

import math
import pathlib
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
REGION = ROOT / "data/regions/binjiang"
MADE = ("region.json", "streets.json", "communities.geojson", "facilities.json", "streets.osm",
        "residents.csv")
WEST, SOUTH, EAST, NORTH = 120.145, 30.16, 120.215, 30.22  # most of this box is near a street
M_LON, M_LAT = 96_260.0, 110_850.0  # a degree, at 30.19 north


def test_the_sample_is_what_its_script_makes(flow):
    subprocess.run([sys.executable, "-B", ROOT / "scripts/make_sample.py", flow.folder], check=True,
                   cwd=flow.folder, timeout=60)
    for name in MADE:
        made, kept = (flow.folder / name).read_bytes(), (REGION / name).read_bytes()
        assert made == kept, f"{name} differs: run scripts/make_sample.py and commit what it writes"


def test_the_sample_says_that_it_is_one(flow):
    for name in MADE:
        assert "示例" in (REGION / name).read_text(encoding="utf-8"), name


def read_streets():
    """{node id: (lon, lat)}, [(node ids, tags)], [way ids of a relation]; sorted, and whole."""
    nodes, ways, relations, last = {}, {}, [], ("bounds", 0)
    order = ["bounds", "node", "way", "relation"]
    for element in ElementTree.parse(REGION / "streets.osm").getroot():
        here = (element.tag, int(element.get("id", 0)))
        assert (order.index(here[0]), here[1]) >= (order.index(last[0]), last[1]), (last, here)
        last = here
        tags = {tag.get("k"): tag.get("v") for tag in element.iter("tag")}
        if element.tag == "node":
            nodes[here[1]] = (float(element.get("lon")), float(element.get("lat")))
        elif element.tag == "way":
            ways[here[1]] = ([int(nd.get("ref")) for nd in element.iter("nd")], tags)
        elif element.tag == "relation":
            relations.append([int(member.get("ref")) for member in element.iter("member")])
    return nodes, ways, relations


def test_the_sample_streets_are_a_sound_osm_file(flow):
    nodes, ways, relations = read_streets()
    used = {node for refs, _ in ways.values() for node in refs}
    assert used <= nodes.keys() and all(way in ways for members in relations for way in members)
    assert all(len(refs) >= 2 and all(a != b for a, b in zip(refs, refs[1:]))
               for refs, _ in ways.values())
    assert all(refs[0] == refs[-1] for refs, tags in ways.values() if "building" in tags)
    names = {tags["name"] for _, tags in ways.values() if "name" in tags}
    assert {"江南大道", "滨康路", "滨安路", "滨盛路", "闻涛路", "江陵路", "时代大道", "火炬大道", "东信大道",
            "浦沿路", "钱塘江"} <= names
    assert all("name:en" in tags for _, tags in ways.values() if "name" in tags)
    assert (REGION / "streets.osm").stat().st_size < 3_000_000


def test_most_of_the_sample_box_is_near_a_street(flow):
    """Squares of 50 m, marked from the streets outwards; the C tests ask from each point instead."""
    nodes, ways, _ = read_streets()
    size, reach = 50.0, 300.0
    columns, rows = int((EAST - WEST) * M_LON / size), int((NORTH - SOUTH) * M_LAT / size)
    near = set()
    for refs, tags in ways.values():
        if tags.get("highway", "motorway") in ("motorway", "motorway_link"):
            continue
        line = [((nodes[n][0] - WEST) * M_LON, (nodes[n][1] - SOUTH) * M_LAT) for n in refs]
        for (x0, y0), (x1, y1) in zip(line, line[1:]):
            steps = max(1, math.ceil(math.hypot(x1 - x0, y1 - y0) / 40))
            near.update((round((x0 + (x1 - x0) * k / steps) / 20),
                         round((y0 + (y1 - y0) * k / steps) / 20)) for k in range(steps + 1))
    spots = {}
    for x, y in near:  # by squares of 300 m
        spots.setdefault((x * 20 // reach, y * 20 // reach), []).append((x * 20, y * 20))
    covered = 0
    for column in range(columns):
        for row in range(rows):
            x, y = (column + 0.5) * size, (row + 0.5) * size
            cells = [(x // reach + i, y // reach + j) for i in (0, -1, 1) for j in (0, -1, 1)]
            covered += any((x - u) ** 2 + (y - v) ** 2 <= reach ** 2
                           for cell in cells for u, v in spots.get(cell, ()))
    share = covered / (columns * rows)
    assert share >= 0.70, share
    assert abs(share - 0.927) < 0.01, f"{share}: the C tests say otherwise"


def test_the_samples_communities_imported_again_change_nothing(flow):
    said = flow.run("import", "communities", REGION / "communities.geojson", "--store", flow.store()).stdout
    assert "0 accepted, 0 changed, 67 unchanged" in said, said
