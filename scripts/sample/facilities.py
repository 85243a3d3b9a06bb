"""About seventy invented facilities: kinds, groups, offers, numbers with their age, slots, hours.

The format is drawn in data/sample_register.c. Names are made of two words that no licence ever
joined and end in （示例）; phones there are none."""

from sample.outlines import point_inside

FIRST = [("纸", "Paper"), ("云朵", "Cloud"), ("月亮", "Moon"), ("蜗牛", "Snail"), ("松果", "Pine Cone"),
         ("橘子", "Orange"), ("雨滴", "Raindrop"), ("铃铛", "Bell"), ("蒲公英", "Dandelion"),
         ("鲸鱼", "Whale")]
SECOND = [("飞船", "Spaceship"), ("邮局", "Post Office"), ("灯塔", "Lighthouse"), ("气球", "Balloon"),
          ("风车", "Windmill"), ("帐篷", "Tent"), ("火车", "Train"), ("图书馆", "Library")]
ENDING = {"nursery": ("托育园", "Nursery"), "community": ("社区托育驿站", "Community Childcare"),
          "kindergarten_class": ("幼儿园托班", "Kindergarten Nursery Class"),
          "park": ("园区托育中心", "Park Childcare"), "employer": ("职工托育点", "Staff Childcare"),
          "home": ("家庭托育点", "Home Childcare")}
KINDS = [("nursery", 24), ("community", 20), ("kindergarten_class", 10), ("park", 4),
         ("employer", 4), ("home", 10)]

WEEKDAYS = "mon tue wed thu fri"
ALL_WEEK = "mon tue wed thu fri sat sun"
INFANTS, SMALL, LARGE, MIXED = [6, 12], [12, 24], [24, 36], [18, 36]
CHILDREN_PER_STAFF = {6: 3, 12: 5, 24: 7, 18: 7}  # by the group's lower age in months

# Communities left without any facility; and one that is to have everything.
WITHOUT = {"水电社区", "共联社区", "官河社区", "石门塘社区", "江三社区", "长二社区", "竹山社区", "山一社区",
           "山二社区", "冠二社区", "联庄社区", "杨家墩社区", "新生社区"}
WITH_ALL = "滨和社区"
# The kinds and cares that a few communities lack: no hourly and no drop-in care there.
NO_SHORT_CARE = {"西陵社区", "庙后王社区", "襄七房社区", "新州社区", "星民社区", "丹枫社区", "天官社区", "江二社区",
                 "晶都社区", "观潮社区", "新浦社区", "岩大房社区", "浦联社区", "明德社区", "伟业社区"}


def choose_communities(communities, dice):
    """A community for each facility: one each first, then again in the larger ones."""
    open_ones = [c for c in communities if c["name"] not in WITHOUT]
    by_size = sorted(open_ones, key=lambda c: (-c["children"], c["code"]))
    chosen = open_ones + by_size
    count = sum(n for _, n in KINDS)
    chosen = chosen[:count - 1] + [c for c in communities if c["name"] == WITH_ALL]
    for i in range(len(chosen) - 2, 0, -1):  # the last one stays where everything is
        j = dice.between(0, i)
        chosen[i], chosen[j] = chosen[j], chosen[i]
    return chosen


# Numbers ----------------------------------------------------------------------------------------

def report_age(status, dice):
    return {"fresh": lambda: dice.real(0.1, 11.0), "stale": lambda: dice.real(16.0, 55.0),
            "unknown": lambda: dice.real(64.0, 190.0)}[status]()


def make_numbers(group, status, dice):
    """What a facility has reported of the group; None where it never did."""
    if status == "never":
        return None
    licensed = group["licensed"]
    numbers = {"age_days": report_age(status, dice)}
    staffed = licensed
    if dice.chance(0.3):
        staffed = max(1, licensed - dice.between(1, max(1, licensed // 4)))
    if not dice.chance(0.1):
        numbers["staffed"] = staffed
    full = dice.chance(0.35)
    held = dice.between(0, 2) if licensed > 8 and dice.chance(0.5) else 0
    most = max(0, min(licensed, staffed) - held)
    numbers["enrolled"] = most if full else max(0, most - dice.between(1, max(1, licensed // 3)))
    if not dice.chance(0.12):
        numbers["held"] = held
    if full and dice.chance(0.45):
        numbers["next_open"] = dice.between(1, 4)
        numbers["next_open_in_days"] = dice.between(12, 75)
    elif not full and dice.chance(0.12):
        numbers["open_until_in_days"] = dice.between(20, 80)
    return numbers


def make_slots(group, long_window, dice):
    """Intervals of the coming ten days; a third of the short offers publishes none (ask)."""
    if dice.chance(0.22):
        return None
    ages = dice.pick(["fresh"] * 6 + ["stale", "unknown"])
    age = {"fresh": lambda: dice.real(0.05, 0.8), "stale": lambda: dice.real(3.0, 5.5),
           "unknown": lambda: dice.real(9.0, 25.0)}[ages]()
    windows = [("09:00", "12:00"), ("14:00", "17:00")] if long_window else \
              [("08:00", "10:00"), ("10:00", "12:00"), ("14:00", "16:00"), ("16:00", "18:00")]
    places = min(group["licensed"], dice.between(2, 5))
    intervals = []
    for start, end in windows:
        taken = [min(places, dice.between(0, places + 1)) for _ in range(10)]
        intervals.append({"from": start, "to": end, "places": places, "taken": taken})
    return {"age_days": age, "intervals": intervals}


# Offers -----------------------------------------------------------------------------------------

def price_of(care, cheap, infants, dice):
    """Minor units (fen) and their unit."""
    if care == "full_day":
        yuan = dice.between(18, 30) * 100 if cheap else dice.between(32, 62) * 100
        return (yuan + (600 if infants else 0)) * 100, "month"
    if care == "half_day":
        if dice.chance(0.3):
            return dice.between(6, 14) * 1000, "half_day"
        return (dice.between(10, 17) if cheap else dice.between(18, 34)) * 10000, "month"
    if care == "hourly":
        return (dice.between(20, 32) if cheap else dice.between(34, 66)) * 100, "hour"
    if dice.chance(0.5):
        return dice.between(8, 16) * 1000, "half_day"
    return dice.between(15, 29) * 1000, "day"


def make_offer(number, group, care, cheap, dice):
    letter = {"full_day": "f", "half_day": "h", "hourly": "u", "drop_in": "d"}[care]
    offer = {"id": f"{letter}{number}", "group": group["id"], "care": care}
    if not dice.chance(0.06):
        offer["price"], offer["price_unit"] = price_of(care, cheap, group["ages"][0] < 12, dice)
    if care == "half_day":
        start, end = dice.pick([("08:00", "12:00"), ("08:30", "12:30"), ("13:30", "17:30")])
        offer["hours"] = [{"days": WEEKDAYS, "open": start, "close": end}]
    if care in ("hourly", "drop_in"):
        if dice.chance(0.35):
            offer["hours"] = [{"days": WEEKDAYS, "open": "08:00", "close": "20:00"},
                              {"days": "sat sun", "open": "09:00", "close": "17:00",
                               "holidays": True}]
        slots = make_slots(group, care == "drop_in", dice)
        if slots:
            offer["slots"] = slots
    return offer


def make_hours(kind, dice):
    start = dice.pick(["07:30", "07:30", "08:00", "08:00", "08:30"])
    end = dice.pick(["17:00", "17:30", "17:30", "18:00", "18:30"])
    if kind in ("park", "employer"):
        end = dice.pick(["19:00", "20:30"])
    hours = [{"days": WEEKDAYS, "open": start, "close": end}]
    if kind == "nursery" and dice.chance(0.3):
        hours.append({"days": "sat", "open": "08:30", "close": "16:30"})
    if kind == "home" and dice.chance(0.3):
        hours = [{"days": WEEKDAYS, "open": start, "close": "12:00"},
                 {"days": WEEKDAYS, "open": "14:00", "close": end}]
    return hours


def make_exceptions(dice):
    day = dice.between(1, 6)
    if dice.chance(0.5):
        return [{"in_days": day}]
    return [{"in_days": day, "open": "08:30", "close": "15:00"}, {"in_days": day + 7}]


# A facility -------------------------------------------------------------------------------------

def plan_groups(kind, dice):
    """[(ages, licensed, admission)]"""
    if kind == "home":
        return [(dice.pick([[6, 36], [12, 36], MIXED]), dice.between(3, 5), "public")]
    if kind == "kindergarten_class":
        return [(LARGE, 20, "public")] * dice.between(1, 2)
    if kind == "employer":
        groups = [(SMALL, 12, "staff_only"), (LARGE, 18, "staff_only")]
        return groups + [(MIXED, 12, "public")] if dice.chance(0.5) else groups
    if kind == "park":
        return [(SMALL, 15, "public"), (LARGE, 20, "public"), (MIXED, 16, "staff_only")]
    if kind == "community":
        groups = [(SMALL, dice.between(10, 15), "public")]
        return groups + [(dice.pick([LARGE, MIXED]), dice.between(12, 18), "public")]
    groups = [(INFANTS, 10, "public")] if dice.chance(0.5) else []
    groups.append((SMALL, 15, "public"))
    groups.append((LARGE, 20, "public"))
    return groups + [(MIXED, 18, "public")] if dice.chance(0.3) else groups


def plan_cares(kind, number, dice):
    """The care types of a facility's group number: the first group carries most."""
    chances = {"nursery": (1, 0.45, 0.4, 0.3), "community": (0.8, 0.55, 0.6, 0.45),
               "kindergarten_class": (1, 0.4, 0, 0), "park": (1, 0.2, 0.6, 0.4),
               "employer": (1, 0, 0, 0.2), "home": (0.9, 0.5, 0.35, 0.3)}[kind]
    cares = [care for care, chance in zip(("full_day", "half_day", "hourly", "drop_in"), chances)
             if dice.chance(chance if number == 0 else chance * 0.7)]
    return cares or ["full_day"]


def make_record(number, kind, community, dice):
    first, second = FIRST[number % len(FIRST)], SECOND[(number // len(FIRST)) % len(SECOND)]
    ending = ENDING[kind]
    ownership = {"nursery": ["private", "private", "private", "private_public_aid"],
                 "community": ["public_private_run", "private_public_aid", "public"],
                 "kindergarten_class": ["public", "public", "private"],
                 "park": ["public_private_run", "private"], "employer": ["private", "public"],
                 "home": ["private"]}[kind]
    owner = dice.pick(ownership)
    registrar = {"public": "personnel", "public_private_run": "civil_affairs",
                 "private_public_aid": "civil_affairs", "private": "market_supervision"}[owner]
    year, month = dice.between(2019, 2025), dice.between(1, 12)
    filed = f"{year}-{month:02d}-{dice.between(1, 28):02d}"
    inclusive = dice.chance({"community": 0.6, "kindergarten_class": 0.5}.get(kind, 0.25))
    record = {"id": f"S{number + 1:03d}",
              "name": f"{first[0]}{second[0]}{ending[0]}（示例）",
              "name_en": f"{first[1]} {second[1]} {ending[1]} (sample)",
              "kind": kind, "ownership": owner, "registrar": registrar,
              "address": f"{community['street']}{community['name']}示例路{2 * number + 1}号",
              "community": community["code"],
              "point": list(point_inside(community["ring"], dice)),
              "valid_from": filed, "state": "filed", "filed_on": filed, "opened_on": filed,
              "inclusive": inclusive, "demonstration": False}
    if inclusive:
        record["inclusive_since"] = f"{max(year, 2021)}-{dice.between(1, 12):02d}-01"
        if record["inclusive_since"] < filed:
            record["inclusive_since"] = filed
    return record


def make_facility(number, kind, community, dice):
    record = make_record(number, kind, community, dice)
    record["hours"] = make_hours(kind, dice)
    if dice.chance(0.25):
        record["exceptions"] = make_exceptions(dice)
    status = dice.pick(["fresh"] * 12 + ["stale"] * 4 + ["unknown"] * 2 + ["never"])
    groups, offers = [], []
    for g, (ages, licensed, admission) in enumerate(plan_groups(kind, dice)):
        group = {"id": f"g{g + 1}", "ages": ages, "licensed": licensed, "admission": admission}
        numbers = make_numbers(group, status, dice)
        if numbers:
            group["numbers"] = numbers
        groups.append(group)
        for care in plan_cares(kind, g, dice):
            if care in ("hourly", "drop_in") and community["name"] in NO_SHORT_CARE:
                continue
            offers.append(make_offer(len(offers) + 1, group, care, record["inclusive"], dice))
        if not any(o["group"] == group["id"] for o in offers):
            offers.append(make_offer(len(offers) + 1, group, "full_day", record["inclusive"], dice))
    record["licensed_total"] = sum(g["licensed"] for g in groups)
    per_group = [-(-g["licensed"] // CHILDREN_PER_STAFF[g["ages"][0]]) for g in groups]
    record["staff"] = sum(per_group) + 1
    record["certified"] = min(record["staff"], round(record["staff"] * dice.real(0.6, 1.05)))
    record["staff_on"] = "2026-09-30"
    record["groups"], record["offers"] = groups, offers
    return record


# What has to occur, whatever chance says --------------------------------------------------------

def find(facilities, kind, skip=0):
    return [f for f in facilities if f["kind"] == kind][skip]


def make_everything(facility, dice):
    """One nursery with all care types for all ages, and nights: 18:00 to 08:00 of the next day."""
    facility["groups"] = [
        {"id": "g1", "ages": INFANTS, "licensed": 10, "admission": "public"},
        {"id": "g2", "ages": SMALL, "licensed": 15, "admission": "public"},
        {"id": "g3", "ages": LARGE, "licensed": 20, "admission": "public"}]
    facility["offers"] = []
    for group in facility["groups"]:
        group["numbers"] = {"age_days": 0.6, "staffed": group["licensed"] - 1,
                            "enrolled": group["licensed"] - 5, "held": 1}
        for care in ("full_day", "half_day", "hourly", "drop_in"):
            offer = make_offer(len(facility["offers"]) + 1, group, care, True, dice)
            if care in ("hourly", "drop_in"):
                offer["hours"] = [{"days": ALL_WEEK, "open": "07:00", "close": "21:00",
                                   "holidays": True}]
                offer["slots"] = {"age_days": 0.2, "intervals": [
                    {"from": a, "to": b, "places": 4, "taken": [dice.between(0, 4) for _ in range(10)]}
                    for a, b in (("08:00", "12:00"), ("13:00", "17:00"), ("17:00", "20:00"))]}
            facility["offers"].append(offer)
    night = {"id": f"d{len(facility['offers']) + 1}", "group": "g2", "care": "drop_in",
             "price": 22000, "price_unit": "day",
             "hours": [{"days": ALL_WEEK, "open": "18:00", "close": "32:00"}],
             "slots": {"age_days": 0.2, "intervals": [
                 {"from": "20:00", "to": "32:00", "places": 3, "taken": [1, 3, 2, 0, 1, 3, 2, 1, 0, 2]}]}}
    facility["offers"].append(night)
    facility.update(licensed_total=45, staff=14, certified=14, inclusive=True,
                    inclusive_since="2022-03-01", demonstration=True,
                    demonstration_since="2022-11-15", filed_on="2021-04-12",
                    opened_on="2021-04-12", valid_from="2021-04-12")
    facility.pop("exceptions", None)


def make_special(facilities):
    """States, gaps and dates that a real register has."""
    for skip in (0, 5):  # registered with the first office, not yet filed: not public
        f = find(facilities, "nursery", skip)
        f["state"] = "registered"
        f.pop("filed_on"), f.pop("opened_on")
        f["valid_from"] = "2026-09-01"
    for kind, on in (("community", "2026-08-10"), ("home", "2026-10-08")):
        find(facilities, kind, 1)["then"] = [{"on": on, "state": "suspended"}]
    find(facilities, "nursery", 9)["then"] = [{"on": "2026-06-30", "state": "closed"}]
    find(facilities, "home", 3)["then"] = [{"on": "2026-03-20", "state": "suspended"},
                                           {"on": "2026-07-01", "state": "closed"}]
    soon = find(facilities, "kindergarten_class", 2)  # filed, opens with the next school year
    soon["opens_on"] = "2027-09-01"
    soon.pop("opened_on")
    soon["valid_from"] = soon["filed_on"] = "2026-10-20"
    find(facilities, "community", 4)["point"] = None  # off the map
    untold = find(facilities, "community", 6)  # a register that says little
    for group in untold["groups"]:
        group["licensed"] = None
        group.pop("ages"), group.pop("numbers", None)
    for offer in untold["offers"]:
        for key in ("care", "price", "price_unit", "slots", "hours"):
            offer.pop(key, None)
    for key in ("licensed_total", "staff", "certified", "staff_on", "inclusive", "demonstration",
                "inclusive_since"):
        untold.pop(key, None)
    for care in ("hourly", "drop_in"):  # every slot of the coming days is taken
        offer = next(o for f in facilities[:-1] for o in f["offers"]
                     if o.get("care") == care and o.get("slots", {}).get("age_days", 9) < 1)
        for interval in offer["slots"]["intervals"]:
            interval["taken"] = [interval["places"]] * len(interval["taken"])
    narrow = next(o for o in find(facilities, "nursery", 3)["offers"] if o["care"] == "full_day")
    ages = next(g["ages"] for g in find(facilities, "nursery", 3)["groups"]
                if g["id"] == narrow["group"])
    narrow["ages"] = [ages[0] + 3, ages[1]]  # an offer for a part of its group's ages
    late = find(facilities, "park")  # shifts until two in the morning
    late["hours"] = [{"days": WEEKDAYS, "open": "07:00", "close": "26:00"}]
    find(facilities, "home", 5)["point_consent"] = True
    find(facilities, "nursery", 12)["licensed_total"] += 5  # does not add up: both are kept
    named = [find(facilities, "nursery", 2), find(facilities, "nursery", 15),
             find(facilities, "community", 8), find(facilities, "kindergarten_class", 4),
             find(facilities, "park", 1)]
    for f, on in zip(named, ("2022-06-01", "2022-12-20", "2023-09-10", "2024-05-18", "2025-06-30")):
        f["demonstration"] = True
        f["demonstration_since"] = max(on, f["valid_from"])


def make(communities, dice):
    """communities: dicts with code, name, street, children, ring -> the register's facilities"""
    places = choose_communities(communities, dice)
    kinds = [kind for kind, count in KINDS for _ in range(count)]
    for i in range(len(kinds) - 1, 0, -1):
        j = dice.between(0, i)
        kinds[i], kinds[j] = kinds[j], kinds[i]
    last = kinds.index("nursery")
    kinds[last], kinds[-1] = kinds[-1], kinds[last]
    facilities = [make_facility(n, kind, place, dice)
                  for n, (kind, place) in enumerate(zip(kinds, places))]
    make_everything(facilities[-1], dice)
    make_special(facilities)
    return facilities
