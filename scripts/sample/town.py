"""Draws the sample's town: streets, water, parks, buildings with their residents, names of places."""

from sample import blocks as blocks_of
from sample import town_plan as plan
from sample.dice import share_out
from sample.outlines import contains
from sample.plane import bend, dense, distance, from_lonlat, line_distance, to_lonlat
from sample.street_lines import ACROSS_CANAL_M, Streets, cut_at_canals

CROSSING_M = 9  # from the middle of a main road to where its crossing starts


class Town:
    """ways: (tags, [node key]); place: key -> (s, t); nodes: (tags, (lon, lat)); relations: (tags,
    [(way number, role)]); homes: (community, (lon, lat), weight)"""

    def __init__(self):
        self.streets = Streets(plan.curves())
        self.nodes, self.relations, self.homes = [], [], []
        self.blocks = []

    @property
    def ways(self):
        return self.streets.ways

    def area(self, tags, points):
        """A closed way; its number."""
        self.streets.free(tags, points)
        self.ways[-1][1].append(self.ways[-1][1][0])
        return len(self.ways) - 1


# Streets -------------------------------------------------------------------------------------------

def lay_roads(streets, canals, dice):
    """Roads over the canals: the main ones and some of the others have a bridge."""
    for road in plan.roads():
        main = road.tags["highway"] in plan.MAIN
        for part in cut_at_canals(road, canals, main or dice.chance(0.4)):
            streets.add(part)


def lay_canal_paths(streets, canals):
    for canal in canals:
        for side in (-ACROSS_CANAL_M, ACROSS_CANAL_M):
            path = canal.part(canal.low, canal.high)
            path.tags, path.fixed = {"highway": "footway"}, canal.fixed + side
            for part in cut_at_canals(path, canals, False):
                streets.add(part)


def lay_greenways(streets, greenways, canals):
    """Footways through the whole town, with crossings at every road; they bridge the canals."""
    roads = plan.roads()
    for way in greenways:
        across = sorted(r.fixed for r in roads if r.upright != way.upright and
                        r.low <= way.fixed <= r.high and way.low < r.fixed < way.high)
        low = way.low
        for at in sorted(set(across)):
            parts = [way.part(low, at - CROSSING_M)]
            parts.append(way.part(at - CROSSING_M, at + CROSSING_M, footway="crossing"))
            low = at + CROSSING_M
            for part in parts:
                for piece in cut_at_canals(part, canals, True):
                    streets.add(piece)
        for piece in cut_at_canals(way.part(low, way.high), canals, True):
            streets.add(piece)


def lay_squares_and_parks(town, cells):
    """Around the middle of the cell's lanes: a square walked along its outline, a park with a ring."""
    for cell in cells:
        if cell.use is None:
            continue
        west, north, east, south = cell.box
        a, b = cell.uprights[0], cell.levels[0]
        if cell.use == "square":
            reach_a = reach_b = 55
            corner = 1.0
        else:
            reach_a, reach_b, corner = (east - west) * 0.27, (south - north) * 0.27, 0.72
        for line in town.streets.lines:
            if line.fixed == a and line.upright and line.low < b < line.high:
                line.breaks.update((b - reach_b, b + reach_b))
            if line.fixed == b and not line.upright and line.low < a < line.high:
                line.breaks.update((a - reach_a, a + reach_a))
        x, y = reach_a * corner, reach_b * corner
        ring = [(a - reach_a, b), (a - x, b + y), (a, b + reach_b), (a + x, b + y), (a + reach_a, b),
                (a + x, b - y), (a, b - reach_b), (a - x, b - y), (a - reach_a, b)]
        if cell.use == "square":
            name = plan.SQUARES[cell.corner]
            town.streets.lattice(plan.named(*name, highway="pedestrian", area="yes"), ring)
        else:
            town.streets.lattice({"highway": "footway"}, ring)
            name, inset = plan.PARKS[cell.corner], 10
            town.area(plan.named(*name, leisure="park"), [bend(p) for p in (
                (west + inset, north + inset), (west + inset, south - inset),
                (east - inset, south - inset), (east - inset, north + inset))])
            town.area({"natural": "water", "water": "pond"}, [bend(p) for p in (
                (a + 15, b + 15), (a + reach_a * 0.6, b + 12), (a + reach_a * 0.5, b + reach_b * 0.5),
                (a + 18, b + reach_b * 0.6))])


def side_of(point, border):
    """0 the bank, 1 north-east, 2 inland, 3 south: the nearest side of the district."""
    bank = len(plan.BANK) - 1
    sides = [border[:bank + 1], border[bank:bank + 2], border[bank + 1:-1], border[-2:]]
    away = [line_distance(point, side) for side in sides]
    return away.index(min(away))


def draw_edge(streets, curve):
    """The street around the town, a way for each side."""
    border, names = plan.border(), plan.side_names()
    count = len(curve.ring) - 1
    side = [side_of(p, border) for p in curve.ring[:-1]]
    start = next(i for i in range(count) if side[i] != side[i - 1])
    first, run = start, []
    for k in range(1, count + 1):
        i = (start + k) % count
        if k == count or side[i] != side[first % count]:
            last = start + k
            keys = [key for j in range(first, last)
                    for key in list(curve.keys(j % count, j % count + 1))[:-1]]
            keys.append(("curve", curve.name, last % count))
            streets.ways.append((names[side[first % count]], keys))
            first = last
    return [i for i in range(count) if side[i] == 0]


def draw_promenade(streets, curve, shore_vertices):
    """A footway nearer the river, joined to 闻涛路 now and then, every other time by steps."""
    ring = curve.ring
    count = len(ring) - 1
    start = next(k for k, i in enumerate(shore_vertices)
                 if (i - shore_vertices[k - 1]) % count != 1)
    vertices = shore_vertices[start:] + shore_vertices[:start]
    points = []
    for i in vertices[1:-1]:
        p, q = ring[(i - 1) % count], ring[(i + 1) % count]
        length = distance(p, q)
        points.append((i, (ring[i][0] + (q[1] - p[1]) / length * plan.PROMENADE_M,
                           ring[i][1] - (q[0] - p[0]) / length * plan.PROMENADE_M)))
    streets.free(plan.named("江堤步道", "Dyke Walk", highway="footway"), [p for _, p in points])
    for n, (i, p) in enumerate(points[::3]):
        p_key = ("point",) + p
        tags = {"highway": "steps"} if n % 2 else {"highway": "footway"}
        streets.free(tags, [("curve", curve.name, i), p_key])
    return [p for _, p in points]


def draw_shores(town):
    """Paths around the lake and the hills; steps over one of the hills; an island with a path."""
    streets = town.streets
    for curve, name, english in ((streets.curves[1], "环湖步道", "Lake Path"),
                                 (streets.curves[2], "环山步道", "Hill Path"),
                                 (streets.curves[3], "环山步道", "Hill Path")):
        count = len(curve.ring) - 1
        keys = list(curve.keys(0, count))
        streets.ways.append((plan.named(name, english, highway="footway"), keys))
    hill = streets.curves[3]
    quarter = (len(hill.ring) - 1) // 4
    top = (-1500, 2740)
    for n in range(4):
        foot = ("curve", hill.name, n * quarter)
        at = streets.place[foot]
        half = ((at[0] + top[0]) / 2, (at[1] + top[1]) / 2)
        streets.free({"highway": "path"}, [foot, half])
        streets.free({"highway": "steps"}, [("point",) + half, top if n == 0 else ("point",) + top])
    island = plan.rounded(plan.closed(plan.ISLAND), 2)[:-1]
    middle = (3060, 3360)
    path = [((p[0] + middle[0]) / 2, (p[1] + middle[1]) / 2) for p in island[::4]]
    streets.free({"highway": "footway"}, path)
    streets.ways[-1][1].append(streets.ways[-1][1][0])


# What is not walked --------------------------------------------------------------------------------

def draw_water(town, canals):
    shore, far, middle = plan.river()
    town.area(plan.named("钱塘江", "Qiantang River", natural="water", water="river"),
              shore + far[::-1])
    town.streets.free(plan.named("钱塘江", "Qiantang River", waterway="river"), middle)
    for canal in canals:
        spots = [bend(canal.at(x)) for x, _ in dense([(canal.low, 0), (canal.high, 0)], 150)]
        town.streets.free(canal.tags, spots)
    lake = plan.offset(town.streets.curves[1].ring, -14)
    outer = town.area({}, lake[:-1])
    inner = town.area({}, plan.rounded(plan.closed(plan.ISLAND), 2)[:-1])
    town.relations.append((plan.named("白马湖", "Baima Lake", type="multipolygon", natural="water",
                                      water="lake"), [(outer, "outer"), (inner, "inner")]))


def draw_green(town, promenade):
    for hill in town.streets.curves[2:]:
        town.area({"natural": "wood"}, plan.offset(hill.ring, -10)[:-1][::2])
    for k in range(0, len(promenade) - 5, 6):  # between the promenade and the water
        part = promenade[k:k + 5]
        river_side = plan.offset(part, 34)
        town.area({"leisure": "park"}, plan.offset(part, 6) + river_side[::-1])
    for block in town.blocks:
        if block.use not in ("garden", "meadow"):
            continue
        room = 9
        points = [bend(p) for p in ((block.west + room, block.north + room),
                                    (block.west + room, block.south - room),
                                    (block.east - room, block.south - room),
                                    (block.east - room, block.north + room))]
        if all(town.streets.allows(p) for p in points):
            town.area({"leisure": "garden"} if block.use == "garden" else {"landuse": "grass"}, points)


def beyond(p, q):
    """As far again past q as it is from p."""
    return (2 * q[0] - p[0], 2 * q[1] - p[1])


def draw_motorway(streets):
    """Along the inland border, outside the town; nobody walks there."""
    line = plan.offset(plan.border()[len(plan.BANK):-1], -45)
    line = [beyond(line[1], line[0])] + line + [beyond(line[-2], line[-1])]
    streets.free(plan.named("示例高速公路", "Sample Motorway", highway="motorway", ref="S0"), line)
    edge = streets.curves[0]
    p = line[4]
    foot = min(range(len(edge.ring) - 1), key=lambda i: distance(edge.ring[i], p))
    streets.free({"highway": "motorway_link"}, [("curve", "edge", foot), ("point",) + p])


def name_places(town, communities, districts):
    for at, name, english in plan.STATIONS:
        town.nodes.append((plan.named(name, english, railway="station", station="subway"),
                           to_lonlat(bend((at, 14)))))
    for name, english, rings in districts:
        points = [p for ring in rings for p in ring]
        town.nodes.append((plan.named(name, english, place="suburb"), middle_of(points)))
    for c in communities:
        at = middle_of(c["ring"][:-1])
        assert contains(c["ring"], at), c["name"]
        town.nodes.append((plan.named(c["name"], c["name_en"], place="neighbourhood"), at))


def middle_of(points):
    return (round(sum(p[0] for p in points) / len(points), 6),
            round(sum(p[1] for p in points) / len(points), 6))


# Homes ---------------------------------------------------------------------------------------------

def raise_buildings(town, communities, strips, stubs, dice):
    rings = {c["name"]: c["ring"] for c in communities}
    for block in town.blocks:
        homes = block.use in ("slabs", "towers")
        for points, kind, storeys in blocks_of.build(
                block, town.streets, strips + stubs, rings[block.community] if homes else None, dice):
            town.area({"building": kind}, points)
            if homes:
                floor = distance(points[0], points[3]) * distance(points[0], points[1])
                centre = (sum(p[0] for p in points) / 4, sum(p[1] for p in points) / 4)
                weight = floor * storeys * dice.real(0.8, 1.2, 3)
                town.homes.append((block.community, to_lonlat(centre), weight))


def residents(town, communities, dice):
    """A row for each building with homes; the sums are each community's figures exactly."""
    rows = []
    for c in communities:
        homes = [(at, weight) for name, at, weight in town.homes if name == c["name"]]
        people = share_out(c["residents"], [w for _, w in homes])
        children = share_out(c["children"], [w * dice.real(0.5, 1.6, 3) for _, w in homes])
        rows += [(at, r, k, c["code"]) for (at, _), r, k in zip(homes, people, children)]
    return rows


def draw(communities, districts, facilities, lonely, dice):
    """communities: name, name_en, code, ring, residents, children; districts: (name, English, [ring]);
    facilities: community -> [(lon, lat)]; lonely: names whose homes are far from any facility."""
    town = Town()
    streets, canals, greenways = town.streets, plan.canals(), plan.greenways()
    strips, points = canals + greenways, {c: [from_lonlat(p) for p in at] for c, at in facilities.items()}
    lay_roads(streets, canals, dice)
    lay_canal_paths(streets, canals)
    lay_greenways(streets, greenways, canals)
    cells, names = blocks_of.make_cells(plan, streets), plan.lane_names()
    for cell in cells:
        cell.use = "park" if cell.corner in plan.PARKS else \
            "square" if cell.corner in plan.SQUARES else None
        blocks_of.choose_lanes(cell, strips, dice)
        blocks_of.lay_lanes(cell, streets, canals, names, dice)
        for block in cell.blocks():
            block.use = "park" if cell.use == "park" else "office" if cell.use else None
            town.blocks.append(block)
    town.blocks = [b for b in town.blocks if streets.allows(b.centre)]
    blocks_of.locate(town.blocks, communities)
    blocks_of.choose_homes(town.blocks, communities, points, lonely, dice)
    blocks_of.choose_others(town.blocks, dice)
    for block in town.blocks:
        blocks_of.lay_paths(block, streets, canals, strips)
    stubs = [blocks_of.lay_stub(p, town.blocks, streets, strips) for at in points.values() for p in at]
    lay_squares_and_parks(town, cells)
    streets.draw()
    promenade = draw_promenade(streets, streets.curves[0], draw_edge(streets, streets.curves[0]))
    for at in points.values():
        for point in at:
            blocks_of.lay_spur(point, streets)
    draw_shores(town)
    draw_motorway(streets)
    draw_water(town, canals)
    draw_green(town, promenade)
    raise_buildings(town, communities, strips, [s for s in stubs if s], dice)
    name_places(town, communities, districts)
    return town
