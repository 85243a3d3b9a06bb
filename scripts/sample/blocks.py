"""What lies between the streets: lanes that cut each cell into blocks, and what a block holds."""

from sample.outlines import contains
from sample.plane import bend, distance, line_distance, to_lonlat, unbend
from sample.street_lines import ACROSS_CANAL_M, Line, cut_at_canals

SETBACK_M = 13        # from a street's middle to what is built
PEOPLE_PER_BLOCK = 1500
STUB_M = 45           # a facility farther from its block's edge gets a footway


class Block:
    """A rectangle of the lattice between streets. use: what it holds; row: where a footway runs."""

    def __init__(self, west, north, east, south):
        self.west, self.north, self.east, self.south = west, north, east, south
        self.use, self.community, self.row = None, None, None
        self.centre = bend(((west + east) / 2, (north + south) / 2))

    def holds(self, at):
        return self.west <= at[0] <= self.east and self.north <= at[1] <= self.south


class Cell:
    """What lies between two neighbouring roads either way, with its lanes."""

    def __init__(self, west, north, east, south):
        self.corner = (west, north)
        self.box = (west, north, east, south)
        self.uprights, self.levels = [], []  # where its lanes run

    def blocks(self):
        west, north, east, south = self.box
        xs, ys = [west] + self.uprights + [east], [north] + self.levels + [south]
        return [Block(a, b, c, d) for a, c in zip(xs, xs[1:]) for b, d in zip(ys, ys[1:])]


def make_cells(plan, streets):
    """Cells whose middle or any corner is in town."""
    xs = sorted({x for x, *_ in plan.CROSSWISE})
    ys = sorted({y for y, *_ in plan.ALONG})
    xs, ys = [xs[0] - 560] + xs + [xs[-1] + 500], [ys[0] - 500, ys[0] - 1000] + ys + [ys[-1] + 520]
    ys.sort()
    cells = []
    for west, east in zip(xs, xs[1:]):
        for north, south in zip(ys, ys[1:]):
            spots = [(west, north), (east, north), (east, south), (west, south),
                     ((west + east) / 2, (north + south) / 2)]
            if any(streets.allows(bend(p)) for p in spots):
                cells.append(Cell(west, north, east, south))
    return cells


def free_of(at, upright, strips, metres):
    """Is a lane at this a (upright) or b far enough from the canals and greenways beside it?"""
    return all(s.upright != upright or abs(s.fixed - at) > metres for s in strips)


def choose_lanes(cell, strips, dice):
    """One or two lanes either way; none beside a canal."""
    west, north, east, south = cell.box
    for lanes, low, high, upright in ((cell.uprights, west, east, True),
                                      (cell.levels, north, south, False)):
        shares = [0.5] if high - low < 640 else [0.34, 0.67]
        for share in shares:
            at = round(low + (high - low) * (share + dice.real(-0.07, 0.07, 3)))
            if free_of(at, upright, strips, 75):
                lanes.append(at)


def lay_lanes(cell, streets, canals, names, dice):
    """Streets for cars, some named; in parks and at squares paths."""
    west, north, east, south = cell.box
    lines = [Line(True, a, north, south, {}) for a in cell.uprights]
    lines += [Line(False, b, west, east, {}) for b in cell.levels]
    for line in lines:
        kind = dice.pick(["residential"] * 5 + ["living_street", "service"])
        line.tags = {"highway": "footway" if cell.use == "park" else
                     "pedestrian" if cell.use == "square" else kind}
        if kind == "residential" and cell.use is None and dice.chance(0.55):
            name = next(names, None)
            if name:
                line.tags.update({"name": name[0], "name:en": name[1]})
        for part in cut_at_canals(line, canals, False):
            streets.add(part)


# Which block holds what --------------------------------------------------------------------------

def locate(blocks, communities):
    for block in blocks:
        at = to_lonlat(block.centre)
        block.community = next((c["name"] for c in communities if contains(c["ring"], at)), None)


def choose_homes(blocks, communities, facilities, lonely, dice):
    """Blocks of homes, near their community's facilities; in lonely communities far from any."""
    everywhere = [p for points in facilities.values() for p in points]
    for c in communities:
        own = [b for b in blocks if b.community == c["name"] and b.use is None]
        count = max(3, round(c["residents"] / PEOPLE_PER_BLOCK))
        near = everywhere if c["name"] in lonely else facilities.get(c["name"]) or everywhere
        sign = -1 if c["name"] in lonely else 1
        scores = [(sign * min(distance(b.centre, p) for p in near) + dice.real(0, 350), i)
                  for i, b in enumerate(own)]
        for _, i in sorted(scores)[:count]:
            own[i].use = dice.pick(["slabs", "slabs", "towers"])


def choose_others(blocks, dice):
    for block in blocks:
        if block.use is not None:
            continue
        b = (block.north + block.south) / 2
        if abs(b) < 1100:
            uses = ["office"] * 5 + ["retail", "garden", "school", "open"]
        elif b < 0:
            uses = ["office"] * 2 + ["garden"] * 2 + ["school", "retail", "open", "meadow"]
        else:
            uses = ["works"] * 3 + ["office", "school", "garden", "meadow", "meadow", "open", "open"]
        block.use = dice.pick(uses)


# What a block looks like ---------------------------------------------------------------------------

def lay_paths(block, streets, canals, strips):
    """The footway between rows of houses, the yard road of offices and works, a garden's paths."""
    height = block.south - block.north
    if block.use in ("slabs", "towers"):
        rows = row_count(block)
        block.row = block.north + height * (rows // 2) / rows if rows > 1 else None
        tags = {"highway": "footway"}
    elif block.use in ("office", "works", "retail"):
        block.row, tags = block.north + height * 0.5, {"highway": "service"}
    elif block.use == "garden":
        block.row, tags = block.north + height * 0.45, {"highway": "path"}
    if block.row is not None:
        line = Line(False, round(block.row, 1), block.west, block.east, tags)
        block.row = line.fixed
        if not free_of(line.fixed, False, strips, ACROSS_CANAL_M + 15):
            return
        for part in cut_at_canals(line, canals, False):
            streets.add(part)


def row_count(block):
    return max(1, round((block.south - block.north - 2 * SETBACK_M) / 68))


def rectangles(block, dice):
    """Buildings of a block as (west, north, east, south, building, storeys)."""
    west, east = block.west + SETBACK_M, block.east - SETBACK_M
    north, south = block.north + SETBACK_M, block.south - SETBACK_M
    width, height = east - west, south - north
    if block.use in ("slabs", "towers"):
        across, depth, pitch = (None, 14, 92) if block.use == "slabs" else (30, 24, 84)
        rows, columns = row_count(block), max(1, round(width / pitch))
        storeys = dice.between(6, 11) if block.use == "slabs" else dice.between(17, 30)
        found = []
        for r in range(rows):
            for k in range(columns):
                shift = dice.real(-6, 6, 1)
                length = across or width / columns - dice.between(18, 30)
                x = west + width / columns * (k + 0.5) + shift
                y = north + height / rows * (r + 0.5) + dice.real(-4, 4, 1)
                found.append((x - length / 2, y - depth / 2, x + length / 2, y + depth / 2,
                              "apartments", storeys))
        return found
    if block.use in ("office", "works", "retail"):
        kind = {"office": "office", "works": "industrial", "retail": "retail"}[block.use]
        columns = {"office": 2, "works": 1, "retail": 1}[block.use] + (width > 240)
        found = []
        for k in range(columns):
            for top, bottom in ((north, block.row - SETBACK_M), (block.row + SETBACK_M, south)):
                margin = dice.between(6, 18)
                found.append((west + width / columns * k + margin, top + margin,
                              west + width / columns * (k + 1) - margin,
                              bottom - dice.between(4, 30), kind, 0))
        return found
    if block.use == "school":
        x, y = west + width * 0.15, north + height * 0.2
        return [(x, y, x + width * 0.6, y + 16, "school", 0),
                (x, y + 50, x + width * 0.6, y + 66, "school", 0)]
    return []


def strip_clear(box, strips):
    """Is the rectangle off the canals, their paths and the greenways?"""
    west, north, east, south = box
    for s in strips:
        room = (ACROSS_CANAL_M if "waterway" in s.tags else 0) + 8
        a0, b0, a1, b1 = ((s.fixed, s.low, s.fixed, s.high) if s.upright else
                          (s.low, s.fixed, s.high, s.fixed))
        if west < a1 + room and east > a0 - room and north < b1 + room and south > b0 - room:
            return False
    return True


def corners(box):
    west, north, east, south = box[:4]
    return [bend(p) for p in ((west, north), (west, south), (east, south), (east, north))]


def curve_clear(streets, points, metres):
    for p in points:
        if not streets.allows(p):
            return False
        for curve in streets.curves:
            near = curve.near((p[0] - metres, p[1] - metres), (p[0] + metres, p[1] + metres))
            if any(line_distance(p, curve.ring[i:i + 2]) < metres for i in near):
                return False
    return True


def build(block, streets, strips, ring, dice):
    """The block's buildings that fit: in town, off the water, whole inside the community's outline."""
    found = []
    for box in rectangles(block, dice):
        if box[2] - box[0] < 8 or box[3] - box[1] < 8 or not strip_clear(box[:4], strips):
            continue
        points = corners(box)
        if not curve_clear(streets, points, 16):
            continue
        if ring is not None and not all(contains(ring, to_lonlat(p)) for p in points):
            continue
        found.append((points, box[4], box[5]))
    return found


# Facilities ----------------------------------------------------------------------------------------

def lay_spur(point, streets):
    """A footway from a facility outside the street around the town to a vertex of that street."""
    edge = streets.curves[0]
    if edge.allows(point) or line_distance(point, edge.ring) < STUB_M:
        return
    i = min(range(len(edge.ring) - 1), key=lambda k: distance(edge.ring[k], point))
    streets.free({"highway": "footway"}, [("curve", edge.name, i), point])


def lay_stub(point, blocks, streets, strips):
    """A footway from a facility deep inside a block to the block's nearest edge."""
    at = unbend(point)
    block = next((b for b in blocks if b.holds(at)), None)
    if block is None or not streets.allows(point):
        return None
    a, b = round(at[0], 1), round(at[1], 1)
    ways = [(a - block.west, Line(False, b, block.west, a, {})),
            (block.east - a, Line(False, b, a, block.east, {})),
            (b - block.north, Line(True, a, block.north, b, {})),
            (block.south - b, Line(True, a, b, block.south, {}))]
    clear = [w for w in ways if strip_clear((*w[1].at(w[1].low), *w[1].at(w[1].high)), strips) or
             w[0] < 1]
    length, line = min(clear or ways, key=lambda w: w[0])
    if length < STUB_M or not clear:
        return None
    line.tags = {"highway": "footway"}
    return streets.add(line)
