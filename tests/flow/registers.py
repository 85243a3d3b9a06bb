"""Invented registers for whole-server tests: CSV files in the columns of the default mapping."""

import csv
import random

HEADER = ["id", "name", "lon", "lat", "kind", "ownership", "inclusive", "care", "age_from", "age_to",
          "licensed", "as_of", "staffed", "enrolled", "held", "price", "price_unit", "open", "close"]
CARES = ["full_day", "half_day", "hourly", "drop_in"]
KINDS = ["nursery", "community", "kindergarten_class", "park", "employer"]


def write_register(path, count, as_of, first=1, name="示例托育 {}"):
    """`count` facilities of the sample town, the same for the same numbers."""
    with open(path, "w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(HEADER)
        for number in range(first, first + count):
            dice = random.Random(number)
            licensed = dice.randint(5, 40)
            out.writerow([
                f"s{number}", name.format(number),
                f"{120.1 + 0.2 * dice.random():.6f}", f"{30.1 + 0.2 * dice.random():.6f}",
                dice.choice(KINDS), dice.choice(["public", "private"]),
                dice.choice(["yes", "no", ""]), dice.choice(CARES), 12, 24,
                licensed, as_of, licensed, dice.randint(0, licensed), 0,
                dice.randint(1000, 500000), "month", "08:00", "18:00"])
    return path
