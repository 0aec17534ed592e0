"""The order of events in a week, as data.

A process is a function of the model that carries a name; a user's own may stand beside ours.
"""

from collections.abc import Callable

from sim.processes import (
    accounts,
    brand,
    budget,
    campaigns,
    colleagues,
    communication,
    community,
    discipline,
    encounters,
    friendships,
    growth,
    hiring,
    innovation,
    keeping,
    keeping_in_touch,
    leadership,
    learning,
    needs,
    partners,
    referrals,
    renewals,
    returns,
    rivals,
    routing,
    selection,
    trust,
    worklife,
)


def process(step: Callable, name: str, about: str) -> Callable:
    """A function of the model as an entry in the order of events.

    Parameters
    ----------
    step : callable
        What happens in a week; takes the model.
    name : str
        The name by which a scenario switches it off.
    about : str
        What it does, in one sentence.
    """

    def entry(model) -> None:
        step(model)

    entry.name, entry.about = name, about
    return entry


def process_of(module) -> Callable:
    """The process that a module of ``sim.processes`` describes: its own step, without a call in between."""
    module.step.name, module.step.about = module.__name__.rsplit(".", 1)[-1], module.step.__doc__.strip()
    return module.step


WEEK: tuple[Callable, ...] = tuple(
    process_of(module)
    for module in (
        needs, leadership, discipline, community, routing, encounters, trust, learning, communication, keeping_in_touch, partners, innovation, colleagues,
        worklife, hiring, keeping, selection, rivals, renewals, growth, campaigns, referrals, returns, brand, friendships, accounts, budget,
    )
)  # fmt: skip
"""All processes, in the order in which they happen."""
