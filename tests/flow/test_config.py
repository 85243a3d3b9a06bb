"""What a page must know before it asks anything: /v1/config, and what `check` says of it."""

import json

from server import FIXTURES

TOWN = FIXTURES / "regions/sample-town.json"


def region_with(flow, name, **keys):
    """The fixture's region.json with other keys; None takes one out."""
    region = json.loads(TOWN.read_text(encoding="utf-8"))
    region.update(keys)
    file = flow.folder / f"{name}.json"
    file.write_text(json.dumps({k: v for k, v in region.items() if v is not None}), encoding="utf-8")
    return file


def test_config_tells_a_page_where_it_is_and_what_is_beneath_the_map(flow):
    server = flow.serve()
    answer = server.get("/v1/config")
    assert answer.headers["cache-control"] == "public, no-cache" and answer.headers["etag"]
    assert server.get("/v1/config", {"If-None-Match": answer.headers["etag"]}).status == 304
    (region,) = answer.json()["regions"]
    assert region["name"] == "binjiang" and region["sample"] and region["language"] == "zh-Hans"
    west, south, east, north = region["bounds"]
    assert region["centre"] == [round((west + east) / 2, 7), round((south + north) / 2, 7)]
    assert region["basemap"] == {"kind": "own", "coordsys": "wgs84", "layers": [], "key": None,
                                 "tilejson": f"http://127.0.0.1:{server.port}/v1/tiles/base.json"}
    assert "虚构" in region["map_notice"] and "示例数据" in region["notice"]
    for key in ("icp", "icp_href", "police", "police_href", "privacy_contact", "privacy_href"):
        assert region[key] is None, key
    assert region["walk"] is False


def test_config_carries_the_numbers_and_where_they_lead(flow):
    key = "0123456789abcdef0123456789abcdef"
    file = region_with(flow, "filed", basemap="tianditu", tianditu_key=key, basemap_coordsys="gcj02",
                       map_notice="审图号 <示例>", icp="浙ICP备12345678号-1",
                       police="浙公网安备33010802000000号", privacy_contact="privacy@example.org")
    server = flow.serve(flow.store(file))
    (region,) = server.get("/v1/config").json()["regions"]
    basemap = region["basemap"]
    assert basemap["kind"] == "tianditu" and basemap["coordsys"] == "gcj02" and basemap["key"] == key
    assert basemap["tilejson"] is None and len(basemap["layers"]) == 2
    for layer in basemap["layers"]:
        assert layer.startswith("https://t0.tianditu.gov.cn/")
        assert all(part in layer for part in ("{z}", "{x}", "{y}", "{key}"))
    assert region["map_notice"] == "审图号 <示例>"
    assert region["icp_href"] == "https://beian.miit.gov.cn/"
    assert region["police_href"].endswith("code=33010802000000")
    assert region["privacy_href"] == "mailto:privacy@example.org"


def test_centre_of_a_region_across_the_antimeridian_is_in_it(flow):
    server = flow.serve(flow.store(region_with(flow, "date-line", bounds=[179, -18, -177, -16])))
    assert server.get("/v1/config").json()["regions"][0]["centre"] == [-179, -17]


def test_check_says_what_a_public_map_still_lacks(flow):
    plain = region_with(flow, "plain", language="zh-Hans", sample=None, basemap="own",
                        icp="浙ICP备12345678号-1")
    said = flow.run("check", "--region-file", plain).stdout
    assert "basemap own; not public without map_notice, police, privacy_contact" in said
    wrong = region_with(flow, "wrong", basemap="tianditu")
    assert "'tianditu_key' is missing" in flow.run("check", "--region-file", wrong, code=1).stdout
