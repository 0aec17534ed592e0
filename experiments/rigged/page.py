"""The page docs/rigged.md: how far a member-oriented reading of the texts foretells what comes out."""

import numpy as np
import pandas as pd
from scipy.stats import rankdata

from experiments.honesty.page import table
from experiments.rigged.draws import ALL_WORLDS, LEVER, MEMBERS, MIX, NEAR, NEAR_WORLDS, ONE_WORLD, REFERENCE, YEARS
from experiments.rigged.weights import WEIGHTS
from sim.policy import LEVERS

NOTE = "<!-- Written by python -m experiments.rigged from runs. -->\n\n"
OUTCOMES = {
    "value_member_mean": "member value", "retention_rate": "retention", "margin_growth": "margin growth",
    "value_surplus_mean": "value to both",
}  # fmt: skip
WORLDS = {ONE_WORLD: "the default world", NEAR_WORLDS: "near worlds", ALL_WORLDS: "all worlds"}
LEVEL, DIFFERENCE = "level", "against conventional"
EXPLAIN = 0.8
BOOTSTRAPS = 2000
SOUND = 0.6
WEIGHTIEST = 6


def correlation(x, y, ranks: bool) -> tuple[int, float, float, float]:
    """Number of pairs, correlation (of ranks or of values), and its 95 % interval by bootstrap over draws."""
    x, y = np.asarray(x, float), np.asarray(y, float)
    known = np.isfinite(x) & np.isfinite(y)
    x, y = x[known], y[known]
    count = len(x)
    if count < 4:
        return count, np.nan, np.nan, np.nan
    if ranks:
        x, y = rankdata(x), rankdata(y)
    drawn = np.random.default_rng(1).integers(0, count, (BOOTSTRAPS, count))
    a, b = x[drawn], y[drawn]
    a, b = a - a.mean(axis=1, keepdims=True), b - b.mean(axis=1, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        found = (a * b).sum(axis=1) / np.sqrt((a * a).sum(axis=1) * (b * b).sum(axis=1))
        value = np.corrcoef(x, y)[0, 1] if x.std() > 0.0 and y.std() > 0.0 else np.nan
    low, high = np.nanquantile(found, [0.025, 0.975]) if np.isfinite(found).any() else (np.nan, np.nan)
    return count, float(value), float(low), float(high)


def outcome_of(runs: pd.DataFrame, name: str, of: str) -> pd.Series:
    """An outcome of the mixes: as it is, or less that of the conventional organisation in the same world with the same luck."""
    level = runs[f"{MIX}.{name}"]
    return level if of == LEVEL else level - runs[f"{REFERENCE}.{name}"]


def correlations(runs: pd.DataFrame) -> pd.DataFrame:
    """All correlations of the composite: worlds, of, outcome, n, r and interval, rank correlation and interval."""
    rows = []
    for worlds, words in WORLDS.items():
        own = runs[runs["worlds"] == worlds]
        for of in (LEVEL, DIFFERENCE):
            for name, said in OUTCOMES.items():
                y = outcome_of(own, name, of)
                n, r, low, high = correlation(own["composite"], y, False)
                _, rank, rank_low, rank_high = correlation(own["composite"], y, True)
                rows.append((words, of, said, n, r, low, high, rank, rank_low, rank_high))
    return pd.DataFrame(rows, columns=["worlds", "of", "outcome", "n", "r", "low", "high", "rank", "rank_low", "rank_high"])


def weightiest(runs: pd.DataFrame) -> list[list[str]]:
    """The levers that move each outcome most, in the default world against conventional: rank correlations, one by one."""
    own, rows = runs[runs["worlds"] == ONE_WORLD], []
    for name, said in OUTCOMES.items():
        y = outcome_of(own, name, DIFFERENCE).rank()
        found = {lever: y.corr(own[f"{LEVER}{lever}"].rank()) for lever in LEVERS}
        largest = sorted(found, key=lambda lever: -abs(found[lever]))[:WEIGHTIEST]
        words = ", ".join(f"`{lever}` {found[lever]:+.2f} (weight {WEIGHTS[lever].value:+g})" for lever in largest)
        better = outcome_of(own, name, DIFFERENCE)
        rows.append([said, f"{100 * (better > 0.0).mean():.0f} %", words])
    return rows


def told(value: float, low: float, high: float) -> str:
    """A correlation with its interval."""
    return "not defined" if not np.isfinite(value) else f"{value:+.2f} ({low:+.2f} to {high:+.2f})"


def state_of_worlds(runs: pd.DataFrame) -> list[list[str]]:
    """How the conventional organisation fares in each kind of world."""
    rows = []
    for worlds, words in WORLDS.items():
        kept = runs.loc[runs["worlds"] == worlds, f"{REFERENCE}.retention_rate"]
        low, middle, high = np.nanquantile(kept, [0.05, 0.5, 0.95])
        rows.append([words, len(kept), f"{middle:.2f} ({low:.2f} to {high:.2f})", f"{100 * (kept >= SOUND).mean():.0f} %"])
    return rows


def page(runs: pd.DataFrame) -> str:
    """The whole page."""
    found = correlations(runs)
    rows = [[row.worlds, row.of, row.outcome, row.n, told(row.r, row.low, row.high), told(row.rank, row.rank_low, row.rank_high)]
            for row in found.itertuples()]  # fmt: skip
    large = found[(found["rank"].abs() > EXPLAIN) | (found["r"].abs() > EXPLAIN)]
    if len(large):
        named = "; ".join(f"{row.outcome}, {row.worlds}, {row.of}" for row in large.itertuples())
        verdict = f"**Above {EXPLAIN:g}, which needs an explanation:** {named}."
    else:
        top = found.loc[found["rank"].abs().idxmax()]
        verdict = f"None is above {EXPLAIN:g} in size; the largest rank correlation is {top['rank']:+.2f} ({top['outcome']}, {top['worlds']}, {top['of']})."
    spread = runs["composite"].std()
    weights = [[f"`{lever}`", f"{WEIGHTS[lever].value:+g}" if WEIGHTS[lever].value else "0", WEIGHTS[lever].reason] for lever in LEVERS]
    return (
        NOTE + "# Is it rigged?\n\nA model made to test advice could have the advice built in. So: policies at random, with each lever anywhere in "
        "its range; a composite that says how far such a policy is what the texts recommend; and the correlation of the composite "
        "with what comes out. The weights of the composite stand in `experiments/rigged/weights.py` and were written down, with their "
        "reasons, before the first run (see the history of that file).\n\n"
        f"Each draw has a policy, a world and luck of its own; {MEMBERS} members, two years of burn-in under the conventional policy, then "
        f"{YEARS} years under the mix and, with the same members and the same luck, under the conventional policy. *The default world*: "
        f"parameters at their defaults. *Near worlds*: every parameter at random, up to {100 * NEAR:.0f} % of the way from its default to "
        "the end of its range. *All worlds*: every parameter anywhere in its range. Margin growth is the margin of the last year less that of the "
        "year before the switch, over the revenue of the year before the switch.\n\n"
        "**There is no pass band.** How large these correlations are follows from the declared ranges as much as from the rules: wider ranges of "
        "the world add variance that no policy has, wider ranges of levers add the opposite. A rigged model would show correlations near 1 in "
        "each row; a model in which advice is worthless, near 0. Intervals are 95 %, by bootstrap over draws.\n\n"
        f"{verdict}\n\n![Composite against what a mix changes](images/rigged.png)\n\n"
        + table(["worlds", "of", "outcome", "n", "correlation", "rank correlation"], rows)
        + "\n## Which levers it is\n\nIn the default world, against conventional: how many of the random mixes do better than the conventional policy, and the "
        "levers with the largest rank correlations, with their weights in the composite. Where a lever that the texts want has a large negative "
        "correlation, its price is what is seen: levers are drawn over their whole range, and ranges reach far beyond what anybody would "
        "spend.\n\n" + table(["outcome", "mixes that do better", "levers that move it most"], weightiest(runs))
        + "\n## How to read it\n\nRank correlations are the ones to read outside the default world, where a few ruined organisations make up most of the "
        "variance. With many levers drawn independently, most mixes are middling: the composite has a standard deviation of "
        f"{spread:.2f} on its scale from -1 to 1, so these are effects of being somewhat more member-oriented, not of a policy that is so throughout; "
        "and they hold between mixes whose parts do not fit each other.\n\n## The worlds\n\n"
        "Ranges are declared one parameter at a time. All of them at once anywhere in their ranges give, most of the time, an organisation that "
        "could not exist, under any policy:\n\n"
        + table(["worlds", "n", "retention under the conventional policy: median (5 to 95 %)", f"retention at least {SOUND:g}"], state_of_worlds(runs))
        + "\n## The composite\n\nThe sum of weight times place in the range (-1 low end, 1 high end), over the sum of the sizes of the weights.\n\n"
        + table(["lever", "weight", "why"], weights)
    )  # fmt: skip
