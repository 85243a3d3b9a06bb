"""The drawing board of the sample's streets: metres beside the main axis, and a gently bent lattice.

Three systems: lon/lat; (s, t), metres along 江南大道 from its south-west end and to its right, inland;
(a, b), the lattice, in which every street is a straight line of one fixed a or b, and which bend()
lays into (s, t) so that nothing on the ground is quite straight. Only + - * / and square roots:
the same on every machine."""

from math import floor, sqrt

from sample.outlines import M_PER_DEGREE_LAT, M_PER_DEGREE_LON

START, END = (120.154, 30.185), (120.219, 30.216)  # of 江南大道
_X, _Y = (END[0] - START[0]) * M_PER_DEGREE_LON, (END[1] - START[1]) * M_PER_DEGREE_LAT
AXIS_M = sqrt(_X * _X + _Y * _Y)
_EAST, _NORTH = _X / AXIS_M, _Y / AXIS_M


def from_lonlat(at):
    x, y = (at[0] - START[0]) * M_PER_DEGREE_LON, (at[1] - START[1]) * M_PER_DEGREE_LAT
    return (x * _EAST + y * _NORTH, x * _NORTH - y * _EAST)


def to_lonlat(at):
    """Rounded to 6 decimals, 0.1 m: what is written is what is compared."""
    x, y = at[0] * _EAST + at[1] * _NORTH, at[0] * _NORTH - at[1] * _EAST
    return (round(START[0] + x / M_PER_DEGREE_LON, 6), round(START[1] + y / M_PER_DEGREE_LAT, 6))


def wave(x):
    """A smooth wave between -1 and 1 of period 1, made of parabolas."""
    x -= floor(x)
    return 16 * x * (0.5 - x) if x < 0.5 else -16 * (x - 0.5) * (1 - x)


def bend(at):
    """(a, b) -> (s, t). The axis, b = 0, stays where it is."""
    a, b = at
    return (a + 45 * wave(b / 4300 + 0.1) + 18 * wave(a / 2100 + b / 5200),
            b + b / 2000 * 60 * wave(a / 5200))


def unbend(at):
    """(s, t) -> (a, b), to the millimetre: bend() moves little and smoothly."""
    a, b = at
    for _ in range(30):
        s, t = bend((a, b))
        a, b = a + at[0] - s, b + at[1] - t
    return (a, b)


def distance(p, q):
    return sqrt((p[0] - q[0]) ** 2 + (p[1] - q[1]) ** 2)


def segment_distance(at, p, q):
    """From a point to the segment pq."""
    x, y = q[0] - p[0], q[1] - p[1]
    length = x * x + y * y
    u = ((at[0] - p[0]) * x + (at[1] - p[1]) * y) / length if length else 0
    u = min(1, max(0, u))
    return distance(at, (p[0] + u * x, p[1] + u * y))


def line_distance(at, line):
    return min(segment_distance(at, p, q) for p, q in zip(line, line[1:]))


def offset(line, metres):
    """The line in (s, t) moved to its left, on the ground, by so many metres; corners mitred."""
    sides = []
    for p, q in zip(line, line[1:]):
        length = distance(p, q)
        x, y = (q[1] - p[1]) / length * metres, -(q[0] - p[0]) / length * metres
        sides.append(((p[0] + x, p[1] + y), (q[0] + x, q[1] + y)))
    inner = [crossing(*before, *after) for before, after in zip(sides, sides[1:])]
    if line[0] == line[-1]:
        corner = crossing(*sides[-1], *sides[0])
        return [corner] + inner + [corner]
    return [sides[0][0]] + inner + [sides[-1][1]]


def crossing(p, q, r, s):
    """Where the straight lines pq and rs meet; q where they are parallel."""
    x, y, v, w = q[0] - p[0], q[1] - p[1], s[0] - r[0], s[1] - r[1]
    cross = x * w - y * v
    if abs(cross) < 1e-9:
        return q
    u = ((r[0] - p[0]) * w - (r[1] - p[1]) * v) / cross
    return (p[0] + u * x, p[1] + u * y)


def rounded(line, times):
    """The line with its corners cut, again and again (Chaikin); a closed one stays closed."""
    is_ring = line[0] == line[-1]
    for _ in range(times):
        cut = []
        for p, q in zip(line, line[1:]):
            cut.append((p[0] * 0.75 + q[0] * 0.25, p[1] * 0.75 + q[1] * 0.25))
            cut.append((p[0] * 0.25 + q[0] * 0.75, p[1] * 0.25 + q[1] * 0.75))
        line = cut + cut[:1] if is_ring else line[:1] + cut[1:-1] + line[-1:]
    return line


def dense(line, metres):
    """The same line with no two points farther apart."""
    points = [line[0]]
    for p, q in zip(line, line[1:]):
        pieces = max(1, -int(-distance(p, q) // metres))
        points += [(p[0] + (q[0] - p[0]) * k / pieces, p[1] + (q[1] - p[1]) * k / pieces)
                   for k in range(1, pieces)] + [q]
    return points
