"""Streets as lines of the lattice: where they cross they share a node; curves end them.

A Line has one fixed coordinate and runs in the other. A Curve is a closed ring (the edge of the town,
a shore, the foot of a hill) with a street along it: lines stop there and are joined to it."""

from bisect import bisect_left, bisect_right

from sample.outlines import contains
from sample.plane import bend, dense, distance

ACROSS_CANAL_M = 22  # from a canal's middle to the paths along it
SAME_SPOT_M = 3      # a line that meets a curve so near a node of it meets it there
STEP_M = 150         # the bent lattice is followed by points no farther apart


class Line:
    """upright: a is fixed and b runs from low to high; else the other way round."""

    def __init__(self, upright, fixed, low, high, tags):
        self.upright, self.fixed, self.low, self.high, self.tags = upright, fixed, low, high, tags
        self.breaks = {low, high}

    def at(self, x):
        return (self.fixed, x) if self.upright else (x, self.fixed)

    def part(self, low, high, **tags):
        return Line(self.upright, self.fixed, low, high, dict(self.tags, **tags))


class Curve:
    """joins: segment number -> [(share of the segment, key of a node there)]"""

    CELL_M = 250

    def __init__(self, name, ring, keeps_inside):
        self.name, self.ring, self.keeps_inside, self.joins = name, ring, keeps_inside, {}
        xs, ys = [p[0] for p in ring], [p[1] for p in ring]
        self.box = (min(xs), min(ys), max(xs), max(ys))
        self.cells = {}
        for i, (p, q) in enumerate(zip(ring, ring[1:])):
            for cell in self.cells_of(p, q):
                self.cells.setdefault(cell, []).append(i)

    def cells_of(self, p, q):
        size = self.CELL_M
        for x in range(int(min(p[0], q[0]) // size), int(max(p[0], q[0]) // size) + 1):
            for y in range(int(min(p[1], q[1]) // size), int(max(p[1], q[1]) // size) + 1):
                yield (x, y)

    def allows(self, at):
        w, s, e, n = self.box
        inside = w <= at[0] <= e and s <= at[1] <= n and contains(self.ring, at)
        return inside == self.keeps_inside

    def near(self, p, q):
        return sorted({i for cell in self.cells_of(p, q) for i in self.cells.get(cell, ())})

    def crossings(self, p, q):
        """[(share of pq, segment)]"""
        found = []
        for i in self.near(p, q):
            r, s = self.ring[i], self.ring[i + 1]
            x, y, v, w = q[0] - p[0], q[1] - p[1], s[0] - r[0], s[1] - r[1]
            cross = x * w - y * v
            if cross:
                u = ((r[0] - p[0]) * w - (r[1] - p[1]) * v) / cross
                z = ((r[0] - p[0]) * y - (r[1] - p[1]) * x) / cross
                if 0 <= u < 1 and 0 <= z < 1:
                    found.append((u, i))
        return found

    def keys(self, first, last):
        """Node keys of the ring from vertex first to vertex last, with what was joined between."""
        for i in range(first, last):
            yield ("curve", self.name, i)
            for _, key in sorted(self.joins.get(i, ())):
                yield key
        yield ("curve", self.name, last % (len(self.ring) - 1))


class Streets:
    """What is drawn: `ways` of (tags, [node key]), and `place` with each key's (s, t)."""

    def __init__(self, curves):
        self.curves, self.lines, self.ways, self.place = curves, [], [], {}
        for curve in curves:
            for i, p in enumerate(curve.ring[:-1]):
                self.place[("curve", curve.name, i)] = p

    def add(self, line):
        self.lines.append(line)
        return line

    def free(self, tags, points):
        """A way of points (s, t) of its own, and of keys that exist already."""
        keys = []
        for p in points:
            key = p if p in self.place else ("point",) + p
            self.place.setdefault(key, p)
            keys.append(key)
        self.ways.append((tags, keys))

    def lattice(self, tags, points):
        """A way through points (a, b) of the lattice; lines that have a break there share the node."""
        for p in points:
            self.place[p] = bend(p)
        self.ways.append((tags, list(points)))

    def allows(self, at):
        return all(curve.allows(at) for curve in self.curves)

    def cross(self):
        """Every two lines that meet get a break there."""
        upright = sorted((x for x in self.lines if x.upright), key=lambda x: x.fixed)
        fixed = [x.fixed for x in upright]
        for line in self.lines:
            if line.upright:
                continue
            for other in upright[bisect_left(fixed, line.low):bisect_right(fixed, line.high)]:
                if other.low <= line.fixed <= other.high:
                    line.breaks.add(other.fixed)
                    other.breaks.add(line.fixed)

    def draw(self):
        self.cross()
        for line in self.lines:
            breaks = [(x, 0) for x in sorted(line.breaks)]
            for run in self.clip(line, [x for x, _ in dense(breaks, STEP_M)]):
                self.ways.append((line.tags, run))

    def clip(self, line, xs):
        """Runs of node keys of the parts of a line that the curves allow, joined to the curves."""
        run, runs = [], []
        for x0, x1 in zip(xs, xs[1:]):
            p, q = bend(line.at(x0)), bend(line.at(x1))
            cuts = sorted((u, c, i) for c, curve in enumerate(self.curves)
                          for u, i in curve.crossings(p, q))
            stops = [(0.0, line.at(x0))]
            for u, c, i in cuts:
                stops.append((u, self.join(self.curves[c], i, p, q, u)))
            stops.append((1.0, line.at(x1)))
            self.place[line.at(x0)], self.place[line.at(x1)] = p, q
            for (u, key), (v, other) in zip(stops, stops[1:]):
                m = (u + v) / 2
                if self.allows((p[0] + (q[0] - p[0]) * m, p[1] + (q[1] - p[1]) * m)):
                    run = run or [key]
                    run.append(other)
                elif run:
                    runs.append(run)
                    run = []
        return runs + [run] if run else runs

    def join(self, curve, segment, p, q, share):
        """The key of the node in which pq meets the curve: one that is there already, or a new one."""
        at = (p[0] + (q[0] - p[0]) * share, p[1] + (q[1] - p[1]) * share)
        start, end = curve.ring[segment], curve.ring[segment + 1]
        joins = curve.joins.setdefault(segment, [])
        vertices = [("curve", curve.name, i % (len(curve.ring) - 1)) for i in (segment, segment + 1)]
        for key in vertices + [key for _, key in joins]:
            if distance(at, self.place[key]) < SAME_SPOT_M:
                return key
        key = ("join", curve.name) + at
        self.place[key] = at
        joins.append((distance(start, at) / distance(start, end), key))
        return key


def cut_at_canals(line, canals, bridge):
    """The line's parts on either bank of each canal, with a bridge between them if there is to be one."""
    parts, low = [], line.low
    for canal in sorted(canals, key=lambda c: c.fixed):
        at = canal.fixed
        if canal.upright == line.upright or not (line.low < at < line.high and
                                                 canal.low <= line.fixed <= canal.high):
            continue
        west, east = at - ACROSS_CANAL_M, at + ACROSS_CANAL_M
        if west > low:
            parts.append(line.part(low, west))
        if bridge and line.low < west and east < line.high:
            parts.append(line.part(west, east, bridge="yes", layer="1"))
        low = east
    if low < line.high:
        parts.append(line.part(low, line.high))
    return parts
