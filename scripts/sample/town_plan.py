"""The plan of the sample's town: which roads run where, its water, its hills, its names.

The main roads are real and about where they are; every other name and line is invented. Numbers are
metres of the lattice (plane.py): a along 江南大道 from its south-west end, b to its right, inland."""

from sample.outlines import BANK, INLAND
from sample.plane import AXIS_M, dense, distance, from_lonlat, offset, rounded
from sample.street_lines import Curve, Line

WEST, EAST, NORTH, SOUTH = -4600, 8700, -3100, 5700  # farther than the town anywhere
EDGE_M = 120       # from the border of the district to the street around the town
BEYOND_M = 6000    # the river, past the district's corners
PROMENADE_M = 55   # from that street towards the river

# (a or b, from, to, name, English, highway). Those of one line follow each other.
ALONG = [
    (-1700, WEST, EAST, "雨滴路", "Raindrop Road", "tertiary"),
    (-1150, WEST, EAST, "滨盛路", "Binsheng Road", "secondary"),
    (-580, WEST, EAST, "铃铛路", "Bell Road", "tertiary"),
    (0, WEST, 0, "云朵路", "Cloud Road", "secondary"),
    (0, 0, AXIS_M, "江南大道", "Jiangnan Avenue", "primary"),
    (0, AXIS_M, EAST, "鲸鱼路", "Whale Road", "secondary"),
    (520, WEST, EAST, "橘子路", "Orange Road", "tertiary"),
    (1050, WEST, EAST, "滨康路", "Binkang Road", "secondary"),
    (1500, WEST, EAST, "松果路", "Pine Cone Road", "tertiary"),
    (1980, WEST, EAST, "滨安路", "Bin'an Road", "secondary"),
    (2500, WEST, EAST, "蜗牛路", "Snail Road", "tertiary"),
    (3020, WEST, EAST, "月亮路", "Moon Road", "secondary"),
    (3560, WEST, EAST, "蒲公英路", "Dandelion Road", "tertiary"),
    (4080, WEST, EAST, "纸船路", "Paper Boat Road", "tertiary"),
    (4620, WEST, EAST, "风筝路", "Kite Road", "tertiary"),
]
CROSSWISE = [
    (-3650, NORTH, SOUTH, "积木街", "Building Block Street", "tertiary"),
    (-3080, NORTH, SOUTH, "秋千街", "Swing Street", "tertiary"),
    (-2500, NORTH, SOUTH, "灯塔路", "Lighthouse Road", "secondary"),
    (-1840, NORTH, SOUTH, "陀螺街", "Spinning Top Street", "tertiary"),
    (-1180, NORTH, SOUTH, "风车路", "Windmill Road", "secondary"),
    (-480, NORTH, SOUTH, "滑梯街", "Slide Street", "tertiary"),
    (200, NORTH, SOUTH, "浦沿路", "Puyan Road", "secondary"),
    (840, NORTH, SOUTH, "蜡笔街", "Crayon Street", "tertiary"),
    (1500, NORTH, SOUTH, "东信大道", "Dongxin Avenue", "secondary"),
    (2080, NORTH, SOUTH, "贝壳街", "Shell Street", "tertiary"),
    (2650, NORTH, SOUTH, "火炬大道", "Huoju Avenue", "secondary"),
    (3360, NORTH, SOUTH, "萤火虫街", "Firefly Street", "tertiary"),
    (4100, NORTH, SOUTH, "时代大道", "Shidai Avenue", "primary"),
    (4620, NORTH, SOUTH, "刺猬街", "Hedgehog Street", "tertiary"),
    (5140, NORTH, SOUTH, "海豚街", "Dolphin Street", "tertiary"),
    (5650, NORTH, SOUTH, "江陵路", "Jiangling Road", "secondary"),
    (6310, NORTH, SOUTH, "企鹅街", "Penguin Street", "tertiary"),
    (6950, NORTH, SOUTH, "帐篷路", "Tent Road", "secondary"),
    (7560, NORTH, SOUTH, "小鹿街", "Fawn Street", "tertiary"),
    (8120, NORTH, SOUTH, "气球街", "Balloon Street", "tertiary"),
]
MAIN = ("primary", "secondary")

# Canals: upright?, where, from, to, name, English. The second ends in the river, the third in the lake.
CANALS = [
    (False, 1180, -2900, 7300, "柳叶河", "Willow Leaf Canal"),
    (True, 1180, -2700, 1180, "白鹭河", "Egret Canal"),
    (True, 3000, 1180, 2960, "菱角河", "Water Chestnut Canal"),
]
GREENWAYS = [
    (False, -860, 200, 6950, "铃铛绿道", "Bell Greenway"),
    (True, 2380, -1700, 2500, "松果绿道", "Pine Cone Greenway"),
]
# Drawn by hand in (s, t), then rounded.
LAKE = [(2540, 2990), (2800, 3030), (3010, 2840), (3300, 2900), (3420, 3080), (3560, 3330), (3450, 3560),
        (3230, 3570), (3120, 3800), (2890, 3840), (2760, 3620), (2600, 3560), (2430, 3270)]
ISLAND = [(2960, 3330), (3060, 3270), (3150, 3330), (3120, 3430), (3010, 3450)]
HILL = [(3720, 2620), (3960, 2540), (4230, 2490), (4500, 2400), (4760, 2560), (4840, 2860), (4730, 3090),
        (4780, 3330), (4500, 3420), (4210, 3480), (3900, 3520), (3690, 3300), (3640, 2950)]
HILL_WITH_STEPS = [(-1900, 2520), (-1680, 2400), (-1450, 2410), (-1250, 2300), (-1060, 2470), (-1080, 2700),
                   (-1000, 2920), (-1200, 3140), (-1430, 3110), (-1660, 3200), (-1830, 3080),
                   (-1870, 2850), (-2030, 2700)]
OFF_NETWORK = (4205, 2950)  # where one facility is put so that it has no street

STATIONS = [(520, "伟业路", "Weiye Road"), (1500, "建业路", "Jianye Road"), (2650, "诚业路", "Chengye Road"),
            (3700, "长河", "Changhe"), (4700, "江汉路", "Jianghan Road"), (5650, "江陵路", "Jiangling Road"),
            (6600, "星民", "Xingmin")]

# Parks that fill a cell, and squares in the middle of one: by the cell's lower a and b.
PARKS = {(-480, -1700): ("纸风车公园", "Paper Windmill Park"), (-1180, 0): ("云朵气球公园", "Cloud Balloon Park"),
         (3360, -1700): ("月亮灯塔公园", "Moon Lighthouse Park"),
         (5650, -1700): ("鲸鱼火车公园", "Whale Train Park"), (6310, 520): ("松果邮局公园", "Pine Cone Park"),
         (3360, 1500): ("橘子帐篷公园", "Orange Tent Park"), (-2500, 1500): ("雨滴飞船公园", "Raindrop Park"),
         (200, 3560): ("蜗牛图书馆公园", "Snail Library Park")}
SQUARES = {(5140, 0): ("铃铛广场", "Bell Square"), (1500, 520): ("蒲公英广场", "Dandelion Square"),
           (-1180, 3560): ("风筝广场", "Kite Square")}

LANE_FIRST = [("纸", "Paper"), ("云朵", "Cloud"), ("月亮", "Moon"), ("蜗牛", "Snail"), ("松果", "Pine Cone"),
              ("橘子", "Orange"), ("雨滴", "Raindrop"), ("铃铛", "Bell"), ("蒲公英", "Dandelion"),
              ("鲸鱼", "Whale"), ("小鹿", "Fawn"), ("海豚", "Dolphin"), ("星星", "Star"), ("贝壳", "Shell")]
LANE_SECOND = [("飞船", "Spaceship"), ("邮局", "Post Office"), ("灯塔", "Lighthouse"), ("气球", "Balloon"),
               ("风车", "Windmill"), ("帐篷", "Tent"), ("火车", "Train"), ("图书馆", "Library"),
               ("秋千", "Swing"), ("积木", "Building Block")]
LANE_ENDING = [("巷", "Lane"), ("弄", "Alley")]


def lane_names():
    """Names of lanes, each once."""
    for ending in LANE_ENDING:
        for shift in range(len(LANE_SECOND)):
            for i, first in enumerate(LANE_FIRST):
                second = LANE_SECOND[(i + shift) % len(LANE_SECOND)]
                yield (first[0] + second[0] + ending[0], f"{first[1]} {second[1]} {ending[1]}")


def named(name, english, **tags):
    return dict(tags, name=name, **{"name:en": english})


def canals():
    return [Line(upright, at, low, high, named(name, english, waterway="canal"))
            for upright, at, low, high, name, english in CANALS]


def greenways():
    return [Line(upright, at, low, high, named(name, english, highway="footway"))
            for upright, at, low, high, name, english in GREENWAYS]


def roads():
    """Every street that runs through the town, upright ones last."""
    return [Line(upright, at, low, high, named(name, english, highway=highway))
            for upright, table in ((False, ALONG), (True, CROSSWISE))
            for at, low, high, name, english, highway in table]


def bank():
    """The shore in (s, t), from south-west to north-east; the river is on its left."""
    return [from_lonlat(p) for p in BANK]


def border():
    """The district in (s, t): the bank, then back along the inland border; clockwise in (s, t)."""
    line = bank() + [from_lonlat(p) for p in reversed(INLAND)]
    return line + line[:1]


def closed(points):
    return points + points[:1]


def curves():
    """The edge of the town, the lake's shore, and the feet of the hills."""
    edge = rounded(offset(border(), -EDGE_M), 2)
    return [Curve("edge", dense(edge, 110), True),
            Curve("lake", rounded(closed(LAKE), 3), False),
            Curve("hill", rounded(closed(HILL), 3), False),
            Curve("steps hill", rounded(closed(HILL_WITH_STEPS), 3), False)]


def side_names():
    """The street around the town, side by side: 闻涛路 along the river, then clockwise."""
    return [named("闻涛路", "Wentao Road", highway="secondary"),
            named("星星路", "Star Road", highway="tertiary"),
            named("橡果路", "Acorn Road", highway="tertiary"),
            named("麦芽糖路", "Malt Sugar Road", highway="tertiary")]


def beyond(before, last):
    """Further along from the last of two points."""
    share = BEYOND_M / distance(before, last)
    return (last[0] + (last[0] - before[0]) * share, last[1] + (last[1] - before[1]) * share)


def river():
    """The river's outline: its shore 35 m off the district, its far shore 1.25 km off. It comes from
    beyond what a map of the whole district shows, and goes there."""
    shore = bank()
    shore = [beyond(shore[1], shore[0])] + shore + [beyond(shore[-2], shore[-1])]
    return tuple(rounded(offset(shore, metres), 2) for metres in (35, 1250, 640))
