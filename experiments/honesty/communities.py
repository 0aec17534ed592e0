"""How a community grows and who writes in it, and how satisfaction spreads over members: C17-C19 and C24, as read from runs."""

from dataclasses import replace

import numpy as np
from scipy.optimize import curve_fit

from experiments.settings.scenarios import scenario_named
from sim import Policy, RelationshipModel, World
from sim import recording as series
from sim.metrics.community import messages
from sim.metrics.members import satisfaction
from sim.steps import WEEKS

# People seen by the end of weeks 1 to 8, and messages of those weeks, in an online community of students: Panzarasa,
# Opsahl & Carley 2009, Journal of the American Society for Information Science and Technology 60(5), counted from the data.
SEEN = (104, 427, 794, 1056, 1229, 1454, 1594, 1668)
WRITTEN = (196, 3510, 8568, 8976, 7430, 11294, 4244, 3443)
PEOPLE = 1899  # all who ever took part
SETTLING = 26  # weeks in which an organisation settles before the community begins


def bass_curve(week, people, innovation, imitation):
    """People who have joined by the end of a week, if growth is that of Bass (1969)."""
    gone = np.exp(-(innovation + imitation) * week)
    return people * (1.0 - gone) / (1.0 + imitation / innovation * gone)


def fitted_growth(seen) -> tuple[float, float]:
    """Innovation and imitation a week, by least squares over the weeks given."""
    weeks = np.arange(1.0, len(seen) + 1.0)
    (_, innovation, imitation), _ = curve_fit(
        bass_curve, weeks, np.asarray(seen, float), p0=(max(seen), 0.05, 0.5), bounds=([1.0, 1e-5, 1e-3], [1e6, 1.0, 5.0])
    )
    return float(innovation), float(imitation)


def student_community(world: World, replicate: int) -> RelationshipModel:
    """The association with as many people about it as that community had, its growth and its messages, eight weeks on."""
    innovation, imitation = fitted_growth(SEEN)
    weeks_taking_part = sum(SEEN[:-1]) + 0.5 * SEEN[-1]
    community = replace(world.community, messages=min(5.0, sum(WRITTEN) / weeks_taking_part))
    scenario = replace(
        scenario_named("association"), members=PEOPLE, community_week=SETTLING, community_innovation=innovation,
        community_imitation=imitation,
    )  # fmt: skip
    model = RelationshipModel(scenario, replace(world, community=community), Policy(), rng=1, replicate=replicate)
    model.burn_in(SETTLING + 1 + len(SEEN))  # one person begins it in the first of these weeks
    return model


def community(world: World, replicate: int) -> dict[str, tuple]:
    """C17-C19: growth fitted again to what the model made, and who writes how much, after eight weeks."""
    model = student_community(world, replicate)
    rows = model.record.rows[SETTLING + 1 : SETTLING + 1 + len(SEEN)]
    seen = rows[:, series.COMMUNITY_INSIDE] + rows[:, series.COMMUNITY_OUTSIDE]
    innovation, imitation = fitted_growth(seen)
    written = np.sort(messages(model.outcome()))[::-1]
    few, tenth = (max(1, round(len(written) * part)) for part in (0.01, 0.1))
    return {
        "C17": (imitation,), "C17 (unmoved)": (innovation,), "C18": (float(written[:tenth].sum() / written.sum()),),
        "C18 (top 1 %)": (float(written[:few].sum() / written.sum()),), "C19": (float(np.mean(written == 0)),),
    }  # fmt: skip


def open_community(world: World, replicate: int) -> dict[str, tuple]:
    """C19 as open communities are: who has never written, a year and a half after the runaway community began."""
    scenario = scenario_named("runaway_community")
    model = RelationshipModel(scenario, world, Policy(), rng=1, replicate=replicate)
    model.burn_in(scenario.community_week + 3 * WEEKS // 2)
    return {"C19 (open)": (float(np.mean(messages(model.outcome()) == 0)),)}


def satisfied(model: RelationshipModel) -> dict[str, tuple]:
    """C24: how satisfaction spreads over members of a settled association."""
    members = model.tables["members"]
    level = satisfaction(members["belief"][members["alive"]])
    return {"C24": (float(level.std()),), "C24 (9-10)": (float(np.mean(level >= 9.0)),)}
