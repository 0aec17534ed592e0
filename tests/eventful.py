"""A short run in which about everything happens at least once, and policies in which every lever is used."""

from conftest import LOOSENED_HOLISTIC, LOOSENED_SILOED, small_model, world_with

from sim import Policy
from sim.quantities import described
from sim.timeline import Step, Timeline

LIVELY = {"growth__prospects": 4.0, "worklife__leaving": 0.6, "hiring__vacancy": 2, "needs__requests": 0.4,
          "encounters__free_failure": 0.3, "trust__voice": 0.8, "leadership__leaving": 0.6, "leadership__search_weeks": 2,
          "innovation__threshold": 0.0, "innovation__idea_weeks": 1.0, "innovation__development_weeks": 2.0,
          "innovation__launch_weeks": 2.0, "innovation__project_cost": 0.001, "encounters__handoff_drop": 0.3,
          "leadership__board_interval": 2.0, "leadership__consulting": 0.0, "leadership__least_wait": 1.0,
          "leadership__carry_weeks": 4.0, "partners__meetings": 1.0, "partners__strikes": 12.0}  # fmt: skip

# Every lever away from the conventional; and a pilot in two departments that is phased in before all follow.
ALL_DIFFERENT = Policy(**{
    name: (what.low + what.high) / 2 if name != "selectivity" else 6 for name, what in described(Policy).items()
})  # fmt: skip
PILOT = Timeline((Step(ALL_DIFFERENT, week=1, over=5, departments=(0, 3)), Step(LOOSENED_SILOED, week=8)))


def eventful(rng=8, policy=LOOSENED_HOLISTIC, replicate=0):
    """Twenty weeks in which about everything happens at least once: a fork, recruits, leavers, complaints, vacancies."""
    model = small_model(60, world=world_with(**LIVELY), rng=rng, replicate=replicate, members_per_post=6)
    model.burn_in(8)
    arm = model.fork(policy)
    arm.run_for(12)
    return arm
