"""What an organisation concentrates on: running at low cost, leading by what it offers, or closeness; and for whom.

Treacy & Wiersema (1995, "The discipline of market leaders") hold that one has to choose. Here an emphasis works
through means that are there anyway: operations save time and material and leave less to judgement; product leadership
shortens development and makes it surer, for hours and money; closeness makes contacts tell more, and takes time. What it
costs follows the emphasis; what it brings follows emphasis and capability together, combined with an elasticity that is
uncertain, from nearly substitutes to nearly the lesser of the two (Arrow, Chenery, Minhas & Solow 1961). Whether half an
emphasis brings less than half, or more, is a number of the world too. So a choice that fits may win or lose against a mix.

A focus serves one niche, the members whose main domain is the first: others are neither sought nor given more than
what is off the shelf, and whoever answers a request of the niche keeps all of it.
"""

import math

from sim.compiled import formula, kernel
from sim.luck import draws
from sim.quantities import ASSUMED, quantities, quantity
from sim.steps import WEEKS
from sim.traits import TRAITS

NICHE = 0  # the domain of those whom an organisation with a focus serves
LEAST = 0.01  # of capability or emphasis, so that a power of it exists


@quantities
class DisciplineParameters:
    """What an emphasis and a focus do, and what they take."""

    place = "world.discipline"

    power: float = quantity(-0.3, "power", -6.0, 0.9, ASSUMED, "how capability and emphasis combine: 0.9 = nearly substitutes, -6 = nearly the lesser of the two alone")
    returns: float = quantity(1.0, "power", 0.5, 2.0, ASSUMED, "whether emphasis has increasing returns (above 1: half of it brings less than half) or decreasing ones (below 1)")
    learning_years: float = quantity(4.0, "years", 0.5, 20.0, ASSUMED, "time in which use closes 63 % of the gap to full capability")
    fading_years: float = quantity(8.0, "years", 1.0, 40.0, ASSUMED, "time in which a capability falls to 37 % while the organisation concentrates on something else")
    saved: float = quantity(0.25, "share", 0.0, 0.6, ASSUMED, "time of a case that operations save, where capability and emphasis are full")
    cheaper: float = quantity(0.3, "share", 0.0, 0.8, ASSUMED, "material that operations save, likewise")
    standardised: float = quantity(0.5, "share", 0.0, 1.0, ASSUMED, "part of the answers with discretion that a full emphasis on operations gives by the standard instead")
    faster: float = quantity(0.5, "share", 0.0, 0.8, ASSUMED, "time of idea, development and launch that product leadership saves, where capability and emphasis are full")
    surer: float = quantity(0.5, "share", 0.0, 0.9, ASSUMED, "part of the miss of what is developed that it avoids, likewise")
    research_hours: float = quantity(1.0, "hours per staff-week", 0.0, 6.0, ASSUMED, "time of staff that a full emphasis on product takes")
    dearer: float = quantity(0.5, "share", 0.0, 3.0, ASSUMED, "extra money for a project under a full emphasis on product")
    deeper: float = quantity(0.6, "share", 0.0, 0.9, ASSUMED, "part of the noise of what contacts show that closeness takes away, where capability and emphasis are full")
    attending: float = quantity(0.15, "share", 0.0, 1.0, ASSUMED, "extra time of a case that a full emphasis on closeness takes")
    kept_together: float = quantity(0.8, "share", 0.0, 1.0, ASSUMED, "hand-offs of requests from the niche that a full focus makes unnecessary")
    specialist: float = quantity(0.4, "logit", 0.0, 2.0, ASSUMED, "what being there for their niche alone adds to the wish to join of prospects who belong to it")


@formula
def dues_paid(scenario, policy):
    """What a member pays a year: the dues of the scenario times the price level."""
    return scenario.dues * policy.price


@formula
def share_of_emphasis(weight, total):
    """An emphasis as a share of all there can be; what the three leave of 1 is no emphasis."""
    return weight / max(1.0, total)


@formula
def combined_strength(capability, emphasis, world):
    """Capability and emphasis combined with constant elasticity 1 / (1 - power), with equal shares; 0..1."""
    power = world.power if abs(world.power) > 0.01 else 0.01
    can = power * math.log(max(LEAST, capability))
    wants = power * world.returns * math.log(max(LEAST, emphasis))
    return math.exp(math.log(0.5 * math.exp(can) + 0.5 * math.exp(wants)) / power)


@formula
def effect_of(capability, emphasis, world):
    """What an emphasis brings, 0 without emphasis, 1 where capability and emphasis are full."""
    if emphasis <= 0.0:
        return 0.0
    without, most = combined_strength(capability, 0.0, world), combined_strength(1.0, 0.0, world)
    gained = combined_strength(capability, emphasis, world) - without
    return max(0.0, min(1.0, gained / (1.0 - most)))


@formula
def practised(capability, emphasis, total, world):
    """Capability a week later: it grows with use, and fades while the organisation concentrates on something else."""
    grown = emphasis * (1.0 - capability) / (WEEKS * world.learning_years)
    faded = max(0.0, total - emphasis) * capability / (WEEKS * world.fading_years)
    return min(1.0, max(0.0, capability + grown - faded))


@kernel
def concentrate(departments, enacted, given):
    """Each department's capabilities move, and what it concentrates on shows in its work."""
    world = given[0].discipline
    for unit in range(len(enacted)):
        levers, department = enacted[unit], departments[unit]
        total = levers.emphasis_operations + levers.emphasis_product + levers.emphasis_intimacy
        if total <= 0.0 and department.emphasis <= 0.0:
            continue
        operations = share_of_emphasis(levers.emphasis_operations, total)
        product = share_of_emphasis(levers.emphasis_product, total)
        intimacy = share_of_emphasis(levers.emphasis_intimacy, total)
        department.emphasis = min(1.0, total)
        lean = effect_of(department.can_operations, operations, world)
        department.case_time = (1.0 - world.saved * lean) * (1.0 + world.attending * intimacy)
        department.material_part = 1.0 - world.cheaper * lean
        department.by_the_book = world.standardised * operations
        department.leading = effect_of(department.can_product, product, world)
        department.research = world.research_hours * product
        department.project_price = 1.0 + world.dearer * product
        department.noise_left = 1.0 - world.deeper * effect_of(department.can_intimacy, intimacy, world)
        whole = operations + product + intimacy
        department.can_operations = practised(department.can_operations, operations, whole, world)
        department.can_product = practised(department.can_product, product, whole, world)
        department.can_intimacy = practised(department.can_intimacy, intimacy, whole, world)


@kernel
def in_niche(identity, departments, luck):
    """Whether somebody outside belongs to the niche: his main domain, as he would bring it along."""
    return min(int(draws(luck, TRAITS, 0, identity, 0, 1)[3] * departments), departments - 1) == NICHE


@kernel
def joining_where_sought(identity, chance, in_niche_chance, seeking, luck, given):
    """Chance that a prospect joins an organisation with a focus: outside its niche it does not seek everybody.

    ``seeking`` is the prospect's own uniform, by which he is left out where the focus exceeds it.
    """
    if in_niche(identity, int(given[0].scenario.departments), luck):
        return in_niche_chance
    return 0.0 if seeking < given[0].policy.focus else chance


def found(model) -> None:
    """What the departments can do at founding."""
    departments = model.tables["departments"]
    for name in ("can_operations", "can_product", "can_intimacy"):
        departments[name][:] = getattr(model.scenario, name)


def step(model) -> None:
    """Departments concentrate on what they are there to be best at; what is used grows."""
    concentrate(model.tables["departments"].rows, model.enacted, model.given)
