"""Sections that say how far to believe it: along what data cannot tell, effects apart, and held against data."""

import numpy as np

from experiments.board_report import tables
from experiments.board_report.section import section
from experiments.runs.answer import interaction_in_words
from experiments.runs.comparison import Comparison
from experiments.words.wording import label, number


def unknown(comparison: Comparison, drawn: dict):
    """The effect along what retention data cannot tell."""
    if "lived_experience" not in drawn:
        return None
    line = comparison.line.dropna(subset=["retention_difference"])
    ends = []
    for policy in comparison.policies:
        means = 100 * line[line["policy"] == policy].groupby("lived_weight")["retention_difference"].mean()
        if len(means) > 1:
            ends.append(
                f"{label(policy)} from {number(means.iloc[0], 1, sign=True)} to {number(means.iloc[-1], 1, sign=True)}"
            )
    fits = comparison.manifest.get("published", True)
    whose = "Every point of these lines fits the retention data equally well." if fits else (
        "Every point of these lines fits the retention data of associations equally well; this organisation is in another "
        "situation, for which there are no data."
    )  # fmt: skip
    said = f"From one end to the other, change in members kept of 100 due: {'; '.join(ends)}." if np.size(ends) else ""
    return section(
        "unknown", "What retention data cannot tell",
        [
            f"{whose} They differ in how much people let their "
            "own experience decide whether to renew. This is a guess, not luck: more runs do not help, asking those "
            "who leave does.",
            said,
        ],
        drawn["lived_experience"],
        "Effect of each policy against the reference along that weight; bands are the precision (95 %).",
        f"Line chart along the weight of lived experience. {said}",
        tables.by_policy(comparison, line, "lived_weight", "retention_difference", 100.0, 1, "Weight"),
    )  # fmt: skip


def factors(comparison: Comparison, drawn: dict):
    """Main effects and interaction."""
    if "factors" not in drawn:
        return None
    return section(
        "factors", "Loosening, joining up, or both",
        [interaction_in_words(comparison)],
        drawn["factors"],
        "Each effect is averaged over both settings of the other; the third row is what both give beyond the sum.",
        "Dot chart of two main effects and their interaction for each measure; numbers in the table below.",
        tables.factors(comparison),
    )  # fmt: skip


def fit(comparison: Comparison, drawn: dict):
    """Does the model meet the data."""
    if "targets" not in drawn:
        return None
    met = (comparison.targets["met"] == True).sum()  # noqa: E712  (unknown is not met)
    return section(
        "fit", "Does the model meet the data",
        [
            f"{met} of {len(comparison.targets)} measured values are met under the reference. A model that meets them "
            "may still be wrong about what a policy changes.",
        ],
        drawn["targets"],
        "Measured bands drawn to one width; thick bars are the precision (95 %) of the model; arrows lie further out.",
        "Dot chart of model values within measured bands; numbers in the table below.",
        tables.targets(comparison),
    )  # fmt: skip
