"""Invented outlines of the communities: a band along the south-east bank of the river, cut into the
three streets from south-west to north-east, each cut into as many pieces as it has communities.

The band is a grid of nodes between the bank and the inland border; pieces are rectangles of grid
cells, and every grid node on an edge is a vertex of both neighbours, so that they meet exactly."""

import math

# South-west to north-east, WGS 84. Drawn by eye from the district's extent: lon 120.120-120.232,
# lat 30.139-30.240, about 71 square kilometres.
BANK = [(120.1330, 30.1390), (120.1235, 30.1570), (120.1205, 30.1740), (120.1290, 30.1910),
        (120.1480, 30.2040), (120.1700, 30.2150), (120.1900, 30.2280), (120.2060, 30.2390)]
INLAND = [(120.1740, 30.1395), (120.1850, 30.1470), (120.1960, 30.1560), (120.2060, 30.1660),
          (120.2150, 30.1780), (120.2230, 30.1900), (120.2290, 30.2040), (120.2315, 30.2190)]
ALONG, ACROSS = 72, 36  # cells of the grid
M_PER_DEGREE_LAT = 110_850.0
M_PER_DEGREE_LON = 96_290.0  # at 30.19 degrees


def metres(a, b):
    return math.hypot((a[0] - b[0]) * M_PER_DEGREE_LON, (a[1] - b[1]) * M_PER_DEGREE_LAT)


def along(line, share):
    """The point at that share of the line's length."""
    lengths = [metres(a, b) for a, b in zip(line, line[1:])]
    rest = share * sum(lengths)
    for (a, b), length in zip(zip(line, line[1:]), lengths):
        if rest <= length:
            f = rest / length
            return (a[0] + (b[0] - a[0]) * f, a[1] + (b[1] - a[1]) * f)
        rest -= length
    return line[-1]


def make_nodes(dice):
    """Grid nodes as (lon, lat), 6 decimals; inner ones moved a little, so that nothing is a lattice."""
    nodes = {}
    for i in range(ALONG + 1):
        bank, inland = along(BANK, i / ALONG), along(INLAND, i / ALONG)
        for j in range(ACROSS + 1):
            f = j / ACROSS
            lon = bank[0] + (inland[0] - bank[0]) * f
            lat = bank[1] + (inland[1] - bank[1]) * f
            if 0 < i < ALONG and 0 < j < ACROSS:
                lon += dice.real(-0.00025, 0.00025, 9)
                lat += dice.real(-0.00022, 0.00022, 9)
            nodes[i, j] = (round(lon, 6), round(lat, 6))
    return nodes


def cut(rectangle, pieces, dice):
    """Rectangles of cells (i0, j0, i1, j1), by halving the longer side again and again."""
    i0, j0, i1, j1 = rectangle
    if pieces == 1:
        return [rectangle]
    first = pieces // 2 if pieces % 2 == 0 or dice.chance(0.5) else pieces // 2 + 1
    share = first / pieces + dice.real(-0.06, 0.06, 4)
    if (i1 - i0) * 1.25 >= j1 - j0:  # a cell is about 1.25 times as long as it is wide
        middle = min(i1 - 2, max(i0 + 2, round(i0 + (i1 - i0) * share)))
        return (cut((i0, j0, middle, j1), first, dice) +
                cut((middle, j0, i1, j1), pieces - first, dice))
    middle = min(j1 - 2, max(j0 + 2, round(j0 + (j1 - j0) * share)))
    return (cut((i0, j0, i1, middle), first, dice) +
            cut((i0, middle, i1, j1), pieces - first, dice))


def ring(nodes, rectangle):
    """The outline as a closed ring, counter-clockwise (RFC 7946)."""
    i0, j0, i1, j1 = rectangle
    path = ([(i, j1) for i in range(i0, i1)] + [(i1, j) for j in range(j1, j0, -1)] +
            [(i, j0) for i in range(i1, i0, -1)] + [(i0, j) for j in range(j0, j1)])
    points = [nodes[key] for key in path]
    return points + points[:1]


def area_m2(points):
    twice = sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(points, points[1:]))
    return twice / 2 * M_PER_DEGREE_LON * M_PER_DEGREE_LAT


def contains(points, at):
    inside = False
    for a, b in zip(points, points[1:]):
        if (a[1] > at[1]) != (b[1] > at[1]):
            inside ^= at[0] < a[0] + (at[1] - a[1]) * (b[0] - a[0]) / (b[1] - a[1])
    return inside


def point_inside(points, dice):
    """Somewhere inside, not at the very edge: the point and four neighbours 40 m off are inside."""
    lons, lats = [p[0] for p in points], [p[1] for p in points]
    d_lon, d_lat = 40 / M_PER_DEGREE_LON, 40 / M_PER_DEGREE_LAT
    while True:
        at = (dice.real(min(lons), max(lons), 6), dice.real(min(lats), max(lats), 6))
        near = [at] + [(at[0] + x * d_lon, at[1] + y * d_lat)
                       for x, y in ((1, 0), (-1, 0), (0, 1), (0, -1))]
        if all(contains(points, p) for p in near):
            return at


# Only so that names and places do not contradict each other: who is told by name to be at the river,
# and who in the hills.
AT_RIVER = {"闻涛社区", "滨盛社区", "奥体社区", "亚运社区", "观潮社区", "钱潮望涛社区", "月亮湾社区", "之江社区"}
INLAND_NAMES = {"白马湖社区", "冠山社区", "越王社区", "山一社区", "山二社区", "马湖社区", "冠一社区", "冠二社区"}


def draw(streets, dice):
    """streets: [(first cell, last cell, [community name, ...])] -> {name: ring}"""
    nodes = make_nodes(dice)
    rings = {}
    for first, last, names in streets:
        rectangles = cut((first, 0, last, ACROSS), len(names), dice)
        from_river = sorted(rectangles, key=lambda r: (r[1] + r[3], r))
        rank = {name: 0 if name in AT_RIVER else 2 if name in INLAND_NAMES else 1 for name in names}
        for name, rectangle in zip(sorted(names, key=lambda n: rank[n]), from_river):
            rings[name] = ring(nodes, rectangle)
    return rings
