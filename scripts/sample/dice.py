"""Chance that falls the same on every machine and in every version of Python (SplitMix64)."""


class Dice:
    def __init__(self, seed):
        self.state = seed

    def bits(self):
        mask = (1 << 64) - 1
        self.state = (self.state + 0x9E3779B97F4A7C15) & mask
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & mask
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & mask
        return z ^ (z >> 31)

    def unit(self):
        """0 <= x < 1"""
        return (self.bits() >> 11) / (1 << 53)

    def between(self, least, most):
        """A whole number, both ends included."""
        return least + self.bits() % (most - least + 1)

    def real(self, least, most, digits=2):
        return round(least + (most - least) * self.unit(), digits)

    def chance(self, share):
        return self.unit() < share

    def pick(self, values):
        return values[self.bits() % len(values)]


def share_out(total, weights):
    """Whole numbers in proportion to the weights whose sum is the total exactly (largest remainder)."""
    exact = [total * w / sum(weights) for w in weights]
    shares = [int(x) for x in exact]
    by_remainder = sorted(range(len(weights)), key=lambda i: (shares[i] - exact[i], i))
    for i in by_remainder[: total - sum(shares)]:
        shares[i] += 1
    return shares
