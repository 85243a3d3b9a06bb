"""The base map over HTTP: tiles, their TileJSON, and what a reader that is not ours finds in them."""

import gzip
import json
import math
import re
import shutil
import subprocess
from urllib.parse import urlsplit

from server import FIXTURES, Skip

TOWN = FIXTURES / "regions/sample-town.json"
STREETS = FIXTURES / "osm/river_town.osm"
TYPE = "application/vnd.mapbox-vector-tile"


def own_town(flow, streets=STREETS, basemap="own", name="store.db"):
    region = flow.folder / f"{name}.json"
    told = {**json.loads(TOWN.read_text(encoding="utf-8")), "basemap": basemap}
    region.write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
    store = flow.store(region, name)
    if streets:
        flow.run("import", "osm", streets, "--store", store)
    return store


def tile_of(lon, lat, zoom):
    """By the closed formula of Web Mercator."""
    side, angle = 2 ** zoom, math.radians(lat)
    return (zoom, int((lon + 180) / 360 * side),
            int((1 - math.asinh(math.tan(angle)) / math.pi) / 2 * side))


def path_of(tilejson, tile):
    template = tilejson["tiles"][0]
    for name, value in zip("zxy", tile):
        template = template.replace(f"{{{name}}}", str(value))
    return urlsplit(template)._replace(scheme="", netloc="").geturl()


def town_tile(zoom=14):
    return tile_of(120.194, 30.1986, zoom)


def test_tilejson_tells_all_that_a_map_needs(flow):
    server = flow.serve(own_town(flow))
    answer = server.get("/v1/tiles/base.json")
    told = answer.json()
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "public, no-cache"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert told["tilejson"] == "3.0.0" and (told["minzoom"], told["maxzoom"]) == (8, 17)
    assert "© OpenStreetMap contributors" in told["attribution"] and "ODbL" in told["attribution"]
    assert re.fullmatch(rf"http://127.0.0.1:{server.port}/v1/tiles/base/{{z}}/{{x}}/{{y}}\.mvt\?v=[0-9a-f]{{16}}",
                        told["tiles"][0])
    west, south, east, north = told["bounds"]
    lons, lats = ([float(value) for value in re.findall(rf' {name}="([0-9.]+)"', STREETS.read_text(encoding="utf-8"))]
                  for name in ("lon", "lat"))
    assert min(lons) - 1e-6 <= west < east <= max(lons) + 1e-6, (told["bounds"], min(lons), max(lons))
    assert min(lats) - 1e-6 <= south < north <= max(lats) + 1e-6
    lon, lat, zoom = told["center"]
    assert west < lon < east and south < lat < north and 8 <= zoom <= 17
    tag = answer.headers["etag"]
    assert server.get("/v1/tiles/base.json", {"If-None-Match": tag}).status == 304
    assert server.get("/v1/config").json()["regions"][0]["basemap"]["tilejson"].endswith("/v1/tiles/base.json")


def test_a_tile_comes_gzipped_or_plain_and_is_kept_for_a_day(flow):
    server = flow.serve(own_town(flow))
    path = path_of(server.get("/v1/tiles/base.json").json(), town_tile())
    plain, packed = server.get(path), server.get(path, {"Accept-Encoding": "gzip"})
    for answer in (plain, packed):
        assert answer.status == 200 and answer.headers["content-type"] == TYPE, answer
        assert answer.headers["cache-control"] == "public, max-age=86400"
        assert answer.headers["vary"] == "Accept-Encoding"
        assert answer.headers["access-control-allow-origin"] == "*"
        assert int(answer.headers["content-length"]) == len(answer.body)
    assert "content-encoding" not in plain.headers and packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(packed.body) == plain.body and b"streets" in plain.body
    tag = plain.headers["etag"]
    assert re.fullmatch(r'W/"[0-9a-f]{16}"', tag) and packed.headers["etag"] == tag
    again = server.get(path, {"If-None-Match": tag, "Accept-Encoding": "gzip"})
    assert again.status == 304 and again.body == b"" and again.headers["etag"] == tag
    head = server.request("HEAD", path)
    assert head.status == 200 and head.body == b"" and head.headers["content-length"] == str(len(plain.body))
    bare = server.get(path.split("?")[0])
    assert bare.status == 200 and bare.body == plain.body, "the version may be left out"
    assert server.get(path.split("?")[0] + "?v=older").body == plain.body


def test_what_is_not_there_is_empty_wrong_or_missing(flow):
    server = flow.serve(own_town(flow))
    sea = server.get("/v1/tiles/base/10/0/0.mvt")
    assert sea.status == 204 and sea.body == b"" and "content-type" not in sea.headers
    assert sea.headers["cache-control"] == "public, max-age=86400"
    assert server.get("/v1/tiles/base/10/0/0.mvt", {"If-None-Match": sea.headers["etag"]}).status == 304
    for place, status, parameter, says in (
            ("8/256/0", 400, "x", "0 to 255"), ("8/0/256", 400, "y", "0 to 255"), ("8/-1/0", 400, "x", "-1"),
            ("9/1e2/0", 400, "x", "0 to 511"), ("9/0/07", 400, "y", "07"), ("17/99999999999/0", 400, "x", "131071"),
            ("9/0/%20", 400, "y", "whole number"), ("a/0/0", 400, "z", "8 to 17"), ("7/0/0", 404, "z", "8 to 17"),
            ("18/0/0", 404, "z", "8 to 17")):
        answer = server.get(f"/v1/tiles/base/{place}.mvt")
        problem = answer.json()
        assert answer.status == status and problem["parameter"] == parameter, (place, answer)
        assert says in problem["detail"] and answer.headers["cache-control"] == "no-store", (place, answer)
    for path in ("8/0/0", "8/0/0.png", "8/0/.mvt", "8/0/0.mvt/", "8/0/0.mvt.mvt", "8/0.mvt"):
        assert server.get(f"/v1/tiles/base/{path}").status == 404, path
    assert server.get("/v1/tiles/base/8/0/0.mvt?region=x").json()["parameter"] == "region"
    assert server.post("/v1/tiles/base/8/0/0.mvt", {}).status in (400, 405)


def test_without_a_map_of_its_own_there_are_no_tiles(flow):
    for number, (streets, basemap) in enumerate(((None, "own"), (STREETS, "none"))):
        server = flow.serve(own_town(flow, streets, basemap, f"store{number}.db"))
        for path in ("/v1/tiles/base.json", "/v1/tiles/base/10/0/0.mvt"):
            answer = server.get(path)
            assert answer.status == 404 and "import osm" in answer.json()["detail"], (path, answer)


def test_tags_and_addresses_change_with_the_map_and_with_nothing_else(flow):
    store = own_town(flow)
    server = flow.serve(store)

    def state():
        told = server.get("/v1/tiles/base.json")
        path = path_of(told.json(), town_tile())
        tile = server.get(path.split("?")[0])
        return told.headers["etag"], told.json()["tiles"], tile.headers["etag"]

    before = state()
    register = flow.folder / "places.csv"
    register.write_text("id,name,lon,lat,care,age_from,age_to,licensed\na,示例,120.194,30.1986,full_day,12,24,10\n",
                        encoding="utf-8")
    facilities = server.get("/v1/facilities").headers["etag"]
    flow.run("import", "register", register, "--coordsys", "wgs84", "--as-of", "2026-01-01", "--store", store)
    assert server.get("/v1/facilities").headers["etag"] != facilities
    assert state() == before, "a register is not drawn"
    flow.run("import", "osm", FIXTURES / "osm/village.osm", "--min-island-m", "0", "--store", store)
    after = state()
    assert after[0] != before[0] and after[1] != before[1] and after[2] != before[2]


def test_invented_streets_are_credited_to_nobody(flow):
    invented = flow.folder / "invented.osm"
    invented.write_text(STREETS.read_text(encoding="utf-8").replace('generator="by hand"', 'generator="x 示例数据"'),
                        encoding="utf-8")
    told = flow.serve(own_town(flow, invented)).get("/v1/tiles/base.json").json()
    assert "示例数据" in told["attribution"] and "OpenStreetMap" not in told["attribution"]


def test_gdal_reads_the_layers_that_tilejson_names(flow):
    if not shutil.which("ogrinfo"):
        raise Skip("there is no ogrinfo")
    formats = subprocess.run(["ogrinfo", "--formats"], capture_output=True, text=True, check=True).stdout
    if "MVT" not in formats:
        raise Skip("ogrinfo has no MVT driver")
    server = flow.serve(own_town(flow))
    told = server.get("/v1/tiles/base.json").json()
    fields = {layer["id"]: set(layer["fields"]) for layer in told["vector_layers"]}
    zoom, x, y = town_tile()
    file = flow.folder / "tile.mvt"
    file.write_bytes(server.get(path_of(told, (zoom, x, y))).body)
    seen = subprocess.run(["ogrinfo", "-al", "-oo", f"X={x}", "-oo", f"Y={y}", "-oo", f"Z={zoom}", "-oo",
                           "CLIP=NO", str(file)],
                          capture_output=True, text=True, check=True).stdout
    half = math.pi * 6378137  # metres of the projection
    side = 2 * half / 2 ** zoom
    left, top, margin = x * side - half, half - y * side, side / 16  # what is drawn reaches a little beyond
    named = re.findall(r"^Layer name: (\S+)", seen, re.M)
    assert "streets" in named and set(named) <= set(fields), (named, seen)
    for name, part in zip(named, re.split(r"^Layer name: .*$", seen, flags=re.M)[1:]):
        told_fields = set(re.findall(r"^(\w+): (?:String|Integer|Real)", part, re.M)) - {"mvt_id"}
        assert told_fields <= fields[name], (name, told_fields)
        geometries = re.findall(r"^  (?:MULTI)?(?:POINT|LINESTRING|POLYGON) \((.*)\)$", part, re.M)
        assert geometries, part
        for lon, lat in re.findall(r"(-?[0-9.]+) (-?[0-9.]+)", " ".join(geometries)):
            assert left - margin <= float(lon) <= left + side + margin, (name, lon)
            assert top - side - margin <= float(lat) <= top + margin, (name, lat)


def test_asking_for_tiles_leaves_no_place_in_log_or_metrics(flow):
    server = flow.serve(own_town(flow))
    told = server.get("/v1/tiles/base.json").json()
    zoom, x, y = town_tile(17)
    assert server.get(path_of(told, (zoom, x, y))).status in (200, 204)
    metrics = server.get("/metrics").body.decode()
    server.stop()
    for text in (server.printed(), metrics):
        assert str(x) not in text and str(y) not in text
    assert "route=/v1/tiles/base/{z}/{x}/{y}.mvt" in server.printed()
