#!/usr/bin/env python3
"""make_sample.py [FOLDER]: write the sample region into FOLDER (default data/regions/binjiang).

Reads there community_codes.csv and census_2020.csv, facts transcribed with their source (README.md
beside them); invents the rest, the same every time: outlines, shares of the census, facilities, streets, homes.
Python's standard library only, no network."""

import csv
import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from sample import facilities, osm_xml, outlines, plane, town, town_plan  # noqa: E402
from sample.dice import Dice, share_out  # noqa: E402

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "data", "regions", "binjiang")
NOTICE = "示例数据：社区边界、机构、托位与价格均为虚构，不对应任何真实机构"
NOTICE_EN = ("Sample data: outlines of communities, facilities, places and prices are invented and "
             "stand for no real facility")
NOTICE_MAP = "示例地图：街道、水系、绿地与建筑均为虚构，非测绘成果"
NOTICE_STREETS = ("示例数据：街道、水系、绿地与建筑均为虚构；仅主要道路、地铁站与水体的名称取自现实，位置为示意")
NOTICE_STREETS_EN = ("Sample data: streets, water, parks and buildings are invented; only the names of main roads, "
                     "metro stations and waters are real, and where they run is a sketch.")
# Districts of new housing, for the sample; no source says which communities are.
NEW = {"奥体社区", "亚运社区", "物联网社区", "金东方社区", "丹枫社区", "石门塘社区", "白马湖社区", "钱潮望涛社区",
       "钱潮建业社区", "月亮湾社区", "明德社区", "华悦湾社区", "伟业社区"}
# Cells of the outlines' grid, from the south-west.
STREET_CELLS = [("浦沿街道", 0, 27), ("长河街道", 27, 49), ("西兴街道", 49, 72)]
# At the edges, without a facility: their homes are drawn where even the neighbours' are far.
LONELY = {"联庄社区", "杨家墩社区", "冠二社区", "山二社区", "石门塘社区", "官河社区", "水电社区"}
OFF_NETWORK = "冠山社区"  # whose one facility is put on the hill, away from any street
UNDER_THREE = 0.6  # of the children aged 0 to 4: three of five years, births spread evenly

HOLIDAYS = [("元旦", "2026-01-01", "2026-01-03"), ("春节", "2026-02-15", "2026-02-23"),
            ("清明节", "2026-04-04", "2026-04-06"), ("劳动节", "2026-05-01", "2026-05-05"),
            ("端午节", "2026-06-19", "2026-06-21"), ("中秋节", "2026-09-25", "2026-09-27"),
            ("国庆节", "2026-10-01", "2026-10-07")]
WORKING_DAYS = [("2026-01-04", "fri"), ("2026-02-14", "fri"), ("2026-02-28", "mon"),
                ("2026-05-09", "tue"), ("2026-09-20", "tue"), ("2026-10-10", "wed")]


def read_csv(name):
    with open(os.path.join(HERE, name), encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def make_communities(codes, census, dice):
    """The facts of each community with its outline and its share of its street's people."""
    by_street = {name: [c["name"] for c in codes if c["street"] == name] for name, _, _ in STREET_CELLS}
    rings = outlines.draw([(a, b, by_street[name]) for name, a, b in STREET_CELLS], dice)
    communities = [dict(c, ring=rings[c["name"]]) for c in codes]
    for street in census:
        own = [c for c in communities if c["street_code"] == street["code"]]
        residents = share_out(int(street["residents"]), [dice.real(0.5, 1.8, 4) for _ in own])
        under_three = round(int(street["age_0_4"]) * UNDER_THREE)
        weights = [r * dice.real(0.8, 1.2, 4) * (1.5 if c["name"] in NEW else 1)
                   for r, c in zip(residents, own)]
        for c, r, k in zip(own, residents, share_out(under_three, weights)):
            c["residents"], c["children"] = r, k
    return communities


def put_off_network(communities, register):
    code = next(c["code"] for c in communities if c["name"] == OFF_NETWORK)
    facility, = (f for f in register if f["community"] == code)
    facility["point"] = list(plane.to_lonlat(town_plan.OFF_NETWORK))


def draw_town(communities, census, register):
    """The town around the facilities, and who lives in its buildings."""
    dice = Dice(330108004)
    districts = [(s["name"], s["name_en"],
                  [c["ring"] for c in communities if c["street_code"] == s["code"]]) for s in census]
    points = {c["name"]: [tuple(f["point"]) for f in register
                          if f["community"] == c["code"] and f["point"]] for c in communities}
    drawn = town.draw(communities, districts, points, LONELY, dice)
    return drawn, town.residents(drawn, communities, dice)


def residents_csv(rows):
    """One row a building; children under 3 are an estimate, see streets.json for the census."""
    lines = ["id,lon,lat,residents,children_under_3,community,note"]
    lines += [f"B{n + 1:04d},{at[0]:.6f},{at[1]:.6f},{people},{children},{code},示例；儿童数为估算"
              for n, (at, people, children, code) in enumerate(rows)]
    return "\n".join(lines) + "\n"


def region_json():
    return {
        "name": "binjiang", "title": "杭州市滨江区（示例）", "title_en": "Binjiang, Hangzhou (sample)",
        "id_prefix": "bj", "timezone": "Asia/Shanghai", "currency": "CNY", "language": "zh-Hans",
        "bounds": [120.120, 30.139, 120.232, 30.240],
        "freshness": {"full_day": {"fresh_days": 14, "stale_days": 60},
                      "half_day": {"fresh_days": 14, "stale_days": 60},
                      "hourly": {"fresh_days": 2, "stale_days": 7},
                      "drop_in": {"fresh_days": 2, "stale_days": 7}},
        "community_share": 0.9, "sample": True, "notice": NOTICE, "notice_en": NOTICE_EN,
        "basemap": "own", "map_notice": NOTICE_MAP,
        "files": {"streets": "streets.json", "communities": "communities.geojson",
                  "register": "facilities.json", "osm": "streets.osm", "residents": "residents.csv"},
        "calendar": {
            "source": "国务院办公厅关于2026年部分节假日安排的通知，2025-11-04",
            "note": "The notice names the days; which weekday's hours hold on a working weekend is "
                    "ours: the workdays given off, in order. The days of 2027 were not published "
                    "when this was written: after known_until every day is an ordinary one.",
            "known_until": "2026-12-31",
            "holidays": [{"from": a, "to": b, "name": name} for name, a, b in HOLIDAYS],
            "working_days": [{"day": day, "as": weekday} for day, weekday in WORKING_DAYS]}}


def streets_json(census):
    return {
        "notice": NOTICE,
        "source": "第七次全国人口普查（2020-11-01），滨江区统计年鉴2020；3岁以下为估算：0–4岁的五分之三",
        "streets": [{"code": s["code"], "name": s["name"], "name_en": s["name_en"],
                     "residents": int(s["residents"]), "children_0_4": int(s["age_0_4"]),
                     "children_under_3_estimate": round(int(s["age_0_4"]) * UNDER_THREE)}
                    for s in census]}


def communities_geojson(communities):
    features = [{
        "type": "Feature",
        "properties": {"code": c["code"], "name": c["name"], "name_en": c["name_en"],
                       "street": c["street_code"], "residents": c["residents"],
                       "children": c["children"], "children_estimated": True,
                       "standard": "new" if c["name"] in NEW else "built"},
        "geometry": {"type": "Polygon", "coordinates": [[list(p) for p in c["ring"]]]},
    } for c in communities]
    return {"type": "FeatureCollection", "name": "binjiang communities", "notice": NOTICE,
            "source": "代码与名称：国家统计局统计用区划代码（2023-06-30）；边界与人口分摊：虚构",
            "features": features}


def check(communities, census, register):
    """What the sample promises."""
    for street in census:
        own = [c for c in communities if c["street_code"] == street["code"]]
        assert sum(c["residents"] for c in own) == int(street["residents"])
        assert sum(c["children"] for c in own) == round(int(street["age_0_4"]) * UNDER_THREE)
    assert LONELY <= facilities.WITHOUT
    assert len(communities) == 67 and 68 <= len(register) <= 75
    assert all("（示例）" in f["name"] and "phone" not in f for f in register)
    assert len({f["name"] for f in register}) == len(register)
    assert {f["kind"] for f in register} == {kind for kind, _ in facilities.KINDS}
    assert all(g["licensed"] <= 5 for f in register if f["kind"] == "home" for g in f["groups"])
    care_ages = {(o.get("care"), tuple(g["ages"])) for f in register for o in f["offers"]
                 for g in f["groups"] if g["id"] == o["group"] and "ages" in g}
    for care in ("full_day", "half_day", "hourly", "drop_in"):
        for ages in (facilities.INFANTS, facilities.SMALL, facilities.LARGE, facilities.MIXED):
            assert (care, tuple(ages)) in care_ages, (care, ages)
    for street in census:
        assert any(f.get("inclusive") for f in register if f["community"][:9] == street["code"][:9])
    for f in register:
        shared = [o["group"] for o in f["offers"]]
        assert set(shared) == {g["id"] for g in f["groups"]}
        for g in f["groups"]:
            n = g.get("numbers", {})
            assert n.get("enrolled", 0) + n.get("held", 0) <= (g["licensed"] or 0) or not n


def dump(value):
    return json.dumps(value, ensure_ascii=False)


def write(folder, name, text):
    with open(os.path.join(folder, name), "w", encoding="utf-8", newline="\n") as file:
        file.write(text)


def write_rows(folder, name, document, key, row_text=dump):
    """The document with one row of its array `key` a line."""
    head = {k: v for k, v in document.items() if k != key}
    rows = ",\n".join(row_text(row) for row in document[key])
    write(folder, name, dump(head)[:-1] + f', "{key}": [\n{rows}\n]}}\n')


def facility_text(facility):
    """One facility: its own fields, then a line for each group and each offer."""
    own = {k: v for k, v in facility.items() if k not in ("groups", "offers")}
    groups = ",\n   ".join(dump(g) for g in facility["groups"])
    offers = ",\n   ".join(dump(o) for o in facility["offers"])
    return f'{dump(own)[:-1]},\n  "groups": [\n   {groups}],\n  "offers": [\n   {offers}]}}'


def main():
    folder = sys.argv[1] if len(sys.argv) > 1 else HERE
    census = [s for s in read_csv("census_2020.csv") if s["name"] != "滨江区"]
    dice = Dice(330108)
    communities = make_communities(read_csv("community_codes.csv"), census, dice)
    register = facilities.make(communities, dice)
    put_off_network(communities, register)
    check(communities, census, register)
    drawn, homes = draw_town(communities, census, register)
    region = region_json()
    write(folder, "region.json", json.dumps(region, ensure_ascii=False, indent=2) + "\n")
    write_rows(folder, "streets.json", streets_json(census), "streets")
    write_rows(folder, "communities.geojson", communities_geojson(communities), "features")
    write_rows(folder, "facilities.json",
               {"version": 1, "notice": NOTICE, "facilities": register}, "facilities", facility_text)
    write(folder, "streets.osm", osm_xml.text(drawn, region["bounds"], NOTICE_STREETS, NOTICE_STREETS_EN))
    write(folder, "residents.csv", residents_csv(homes))


if __name__ == "__main__":
    main()
