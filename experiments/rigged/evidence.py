"""The page docs/evidence.md: published effects beside ours, disagreements first.

A study measures attitudes by questionnaire, the model has states; so a correlation of ours is held against one of theirs
for its sign and rough size only. Nothing here was chosen to be met unless the row says so.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from experiments.honesty.page import table
from experiments.rigged.draws import MIX, NEAR_WORLDS, ONE_WORLD, REFERENCE
from experiments.rigged.page import DIFFERENCE, correlation, outcome_of
from experiments.rigged.people import pooled

NOTE = "<!-- Written by python -m experiments.rigged from runs. -->\n\n"
READ, SECOND, COMPUTED, UNVERIFIED = "read", "read in a secondary source", "computed from data", "unverified"
OPPOSITE, UNCLEAR, FAR = "opposite sign", "no clear sign", "same sign, other size"
NEAR_BY, AGREES = "near", "agrees"
ORDER = (OPPOSITE, UNCLEAR, FAR, NEAR_BY, AGREES)
BOOTSTRAPS = 1000
AS_FAR = 0.5  # a published size is near if ours is at least this share of it, and at most 1 over it
QUANTILES = (0.05, 0.95)


@dataclass(frozen=True)
class Effect:
    """One published effect and how ours is measured.

    Attributes
    ----------
    published : float
        NaN where only a direction was published; then ``sign`` says which.
    ours : callable
        ``(runs, people) -> (value, low, high)``.
    """

    what: str
    published: float
    unit: str
    source: str
    check: str
    ours: Callable
    where: str
    sign: int = 1
    role: str = ""

    def verdict(self, value: float, low: float, high: float) -> str:
        """How ours stands to theirs."""
        if not np.isfinite(value):
            return UNCLEAR
        if np.isnan(self.published):
            ends = low * self.sign, high * self.sign
            return AGREES if min(ends) > 0.0 else OPPOSITE if max(ends) < 0.0 else UNCLEAR
        if low <= 0.0 <= high:
            return UNCLEAR
        if low <= self.published <= high:
            return AGREES
        if value * self.published < 0.0:
            return OPPOSITE
        ratio = value / self.published
        return NEAR_BY if AS_FAR <= ratio <= 1.0 / AS_FAR else FAR


def within(name: str, worlds: str, arm: str) -> Callable:
    """A correlation within organisations, pooled over them; interval by bootstrap over organisations."""

    def measured(runs, people):
        parts = people[(worlds, arm, name)]
        luck = np.random.default_rng(1)
        found = [pooled(parts[luck.integers(0, len(parts), len(parts))]) for _ in range(BOOTSTRAPS)]
        low, high = np.nanquantile(found, [0.025, 0.975]) if np.isfinite(found).any() else (np.nan, np.nan)
        return pooled(parts), low, high

    return measured


def between(x: str, y: str, worlds: str, ranks: bool = True) -> Callable:
    """A correlation between organisations, of two columns of the draws."""

    def measured(runs, people):
        own = runs[runs["worlds"] == worlds]
        return correlation(own[x], own[y], ranks)[1:]

    return measured


def level(name: str, less: str = "") -> Callable:
    """Mean of an outcome (less another one) over conventional organisations, and where nine in ten of them lie."""

    def measured(runs, people):
        own = runs[runs["worlds"] == ONE_WORLD]
        values = own[f"{REFERENCE}.{name}"] - (own[f"{REFERENCE}.{less}"] if less else 0.0)
        values = values[np.isfinite(values)]
        return (float(values.mean()), *np.quantile(values, QUANTILES)) if len(values) else (np.nan,) * 3

    return measured


def grieved_ratio(runs, people):
    """Leaving in the year after, of those with an unresolved complaint over all others; bootstrap over organisations."""
    own = runs.loc[runs["worlds"] == ONE_WORLD, [f"{REFERENCE}.left_grieved", f"{REFERENCE}.left_others"]].dropna().to_numpy()
    luck = np.random.default_rng(1)
    means = [own[luck.integers(0, len(own), len(own))].mean(axis=0) for _ in range(BOOTSTRAPS)]
    grieved, others = own.mean(axis=0)
    return grieved / others, *np.quantile([a / b for a, b in means], [0.025, 0.975])


def freedom_and_variety(runs, people):
    """Whether looser mixes gain more member value where needs vary more: correlation with the product of both."""
    own = runs[runs["worlds"] == NEAR_WORLDS]
    looseness, variety = -(own["strictness"] - own["strictness"].mean()), own["spread"] - own["spread"].mean()
    return correlation(looseness * variety, outcome_of(own, "value_member_mean", DIFFERENCE), True)[1:]


def growth_driver(runs, people):
    """Rank correlation of growth with recruiting less that with retention, with a bootstrap interval."""
    own = runs[runs["worlds"] == NEAR_WORLDS]
    columns = own[[f"{MIX}.members", f"{MIX}.recruits", f"{MIX}.retention_rate"]].dropna().rank().to_numpy()
    luck, found = np.random.default_rng(1), []
    for turn in range(BOOTSTRAPS + 1):
        drawn = columns if turn == 0 else columns[luck.integers(0, len(columns), len(columns))]
        r = np.corrcoef(drawn.T)
        found.append(r[0, 1] - r[0, 2])
    return found[0], *np.nanquantile(found[1:], [0.025, 0.975])


DEFAULT, MIXES = "members or staff of one organisation, conventional policy, default world", "the same, random mixes, default world"
ACROSS, APART = "over organisations: random mixes, default world", "over organisations: random mixes, near worlds"
NO_SIZE = np.nan
EFFECTS = (
    Effect("market orientation and performance (ours: composite and margin growth)", 0.33, "r", "Vieira 2010, seven meta-analyses", READ,
           between("composite", f"{MIX}.margin_growth", ONE_WORLD, False), ACROSS),
    Effect("market orientation and performance (ours: composite and value to both)", 0.33, "r", "Vieira 2010, seven meta-analyses", READ,
           between("composite", f"{MIX}.value_surplus_mean", ONE_WORLD, False), ACROSS),
    Effect("leaving rate of staff and rated service quality", NO_SIZE, "r", "Hausknecht, Trevor & Howard 2009, 75 units", READ,
           between(f"{MIX}.staff_turnover", f"{MIX}.quality_received", ONE_WORLD), ACROSS, sign=-1),
    Effect("growth goes with recruiting more than with retention (ours: difference of the two rank correlations)", NO_SIZE, "r less r",
           "Marketing General Incorporated 2023", SECOND, growth_driver, APART),
    Effect("discretion pays more where needs vary more", NO_SIZE, "r", "Bowen & Lawler 1992; Rafiq & Ahmed 1998", READ, freedom_and_variety, APART),
    Effect("relationship quality and loyalty (ours: trust, satisfaction, bond together and chance to renew)", 0.52, "r",
           "Palmatier, Dant, Grewal & Evans 2006, 94 studies", UNVERIFIED, within("quality_loyalty", ONE_WORLD, REFERENCE), DEFAULT),
    Effect("trust and commitment (ours: trust and chance to renew)", 0.53, "path", "Morgan & Hunt 1994", UNVERIFIED,
           within("trust_commitment", ONE_WORLD, REFERENCE), DEFAULT),
    Effect("leaving among those with an open complaint over others", 8.4, "ratio", "Iranian telecom churn data, 60 % of its rows: 0.84 over 0.10 in about three months", COMPUTED,
           grieved_ratio, f"{DEFAULT}, one year"),
    Effect("retention of all less first renewals", 0.10, "share", "Marketing General Incorporated 2019, 2024 (84-85 % and 74-75 %)", READ,
           level("retention_rate", less="first_year_retention_mixed"), DEFAULT, role="fitted"),
    Effect("staff whose values fit: leaving", -0.14, "r", "Kristof-Brown, Zimmerman & Johnson 2005, 172 studies", UNVERIFIED,
           within("values_left", ONE_WORLD, REFERENCE), f"{DEFAULT}, one year"),
    Effect("staff whose values fit: commitment (ours: morale)", 0.51, "r", "Kristof-Brown, Zimmerman & Johnson 2005, 172 studies", UNVERIFIED,
           within("values_commitment", ONE_WORLD, REFERENCE), DEFAULT),
    Effect("empowerment and job satisfaction (ours: share of free answers and morale)", 0.64, "r", "Seibert, Wang & Courtright 2011", UNVERIFIED,
           within("freedom_morale", ONE_WORLD, MIX), MIXES),
    Effect("empowerment and leaving (theirs: intention)", -0.36, "r", "Seibert, Wang & Courtright 2011", UNVERIFIED,
           within("freedom_left", ONE_WORLD, MIX), f"{MIXES}, one year"),
    Effect("leader humility and commitment of staff (ours: alignment in the department)", 0.56, "r", "Luo et al. 2022, 53 studies", READ,
           within("humility_commitment", ONE_WORLD, MIX), MIXES),
    Effect("leader humility and engagement of staff (ours: morale in the department)", 0.40, "r", "Luo et al. 2022, 53 studies", READ,
           within("humility_morale", ONE_WORLD, MIX), MIXES),
    Effect("customers who cost more than they bring", 0.5, "share", "Frei & Campbell, a retail bank (more than half)", READ,
           level("unprofitable"), DEFAULT),
    Effect("profit from the best fifth, over all profit", 1.4, "ratio", "a controlling handbook (1.4); a bank's note (1.5 to 1.8)", READ,
           level("top_fifth_of_profit"), f"{DEFAULT}, where profit is above 0"),
    Effect("satisfaction, mean on 1 to 10", 6.0, "points", "customer satisfaction survey of the R package bayesm, 60 % of its rows", COMPUTED, level("satisfaction"), DEFAULT),
    Effect("satisfaction, standard deviation", 2.6, "points", "customer satisfaction survey of the R package bayesm, 60 % of its rows", COMPUTED, level("satisfaction_sd"), DEFAULT),
    Effect("very satisfied (9 or 10)", 0.17, "share", "customer satisfaction survey of the R package bayesm, 60 % of its rows", COMPUTED, level("satisfied_top"), DEFAULT),
    Effect("time for the five closest contacts", 0.40, "share", "Dunbar, quoted", SECOND, level("contacts_with_closest"),
           "staff and their members only; theirs is all of a person's contacts"),
)  # fmt: skip


def measured(runs: pd.DataFrame, people: dict) -> list[tuple[Effect, tuple, str]]:
    """All effects with ours and how they stand to each other, disagreements first."""
    found = [(effect, effect.ours(runs, people)) for effect in EFFECTS]
    told = [(effect, ours, effect.verdict(*ours)) for effect, ours in found]
    return sorted(told, key=lambda one: ORDER.index(one[2]))


def number(value: float) -> str:
    """Two decimals."""
    return "not defined" if not np.isfinite(value) else f"{value:.2f}"


def page(runs: pd.DataFrame, people: dict) -> str:
    """The whole page."""
    rows = []
    for effect, (value, low, high), verdict in measured(runs, people):
        theirs = ("positive" if effect.sign > 0 else "negative") if np.isnan(effect.published) else f"{effect.published:g}"
        ours = number(value) if not np.isfinite(low) else f"{number(value)} ({number(low)} to {number(high)})"
        rows.append([verdict + (f" ({effect.role})" if effect.role else ""), effect.what, effect.unit, theirs, effect.check, ours, effect.where, effect.source])
    counts = ", ".join(f"{verdict}: {sum(row[0].startswith(verdict) for row in rows)}" for verdict in ORDER)
    unverified = sum(effect.check == UNVERIFIED for effect in EFFECTS)
    return (
        NOTE + "# Published effects beside ours\n\nDisagreements first. *Agrees*: the published value lies within our interval (95 % for correlations "
        "and ratios; for levels, where nine in ten organisations lie), or the direction is the same where only a direction was published; "
        f"*near*: the same sign, and between half and twice the size. {counts}. The runs are those of [Is it rigged?](rigged.md).\n\n"
        f"*Unverified* ({unverified} rows): the number is quoted from memory of the literature and was not checked against the publication; treat its size as "
        "a guess. Published correlations are mostly corrected for unreliable questionnaires, ours are between states of the model and outcomes "
        "that are mostly yes or no; so ours may be smaller without anything being wrong, and larger ones are the more suspicious. Correlations among "
        "people are taken within organisations.\n\n"
        + table(["stands", "effect", "unit", "published", "checked", "ours", "where ours is measured", "source"], rows)
    )  # fmt: skip
