"""Means follow results, with a lag.

Once a year the margin is held against what was planned, which is the margin of the year before the switch. With what
is missing, or left over, posts and spending are cut or raised after some months: so a cut can bring overload,
overload leavers, and leavers the next cut.
"""

from sim.compiled import formula
from sim.processes.hiring import open_posts
from sim.processes.leadership import share_of_hours
from sim.quantities import ASSUMED, quantities, quantity
from sim.recording import EARNED, POSTS, SPENT
from sim.steps import WEEKS

PENDING = -1  # no change waits


@quantities
class BudgetParameters:
    """How means follow results."""

    place = "world.budget"

    response: float = quantity(1.0, "share per share", 0.0, 4.0, ASSUMED, "change of posts and spending for a change of margin, as a share of planned revenue")
    lag: int = quantity(26, "weeks", 0, 51, ASSUMED, "time from the end of a year to the change, which comes before the next year ends")
    most: float = quantity(0.4, "share", 0.0, 0.5, ASSUMED, "largest change of posts against what they were at the switch")
    care: float = quantity(0.02, "share of revenue", 0.0, 0.2, ASSUMED, "money wasted where no leader gives an hour to the budget, against the usual hours")
    neglect: float = quantity(0.05, "share of means", 0.0, 0.5, ASSUMED, "means that a board which sees no leader at all holds back")


@formula
def changed_means(margin, planned, revenue, response, most):
    """Means against those at the switch: 1 where the margin is as planned."""
    if revenue <= 0.0:
        return 1.0  # nothing was planned
    return 1.0 + min(most, max(-most, response * (margin - planned) / revenue))


def margin_and_revenue(model, first: int, last: int) -> tuple[float, float]:
    """Margin and revenue of the weeks first..last-1, in dues."""
    rows = model.record.rows[first:last]
    revenue = float(rows[:, EARNED].sum())
    return revenue - float(rows[:, SPENT].sum()), revenue


@formula
def missing_hours(weight, usual, policy, leadership):
    """Part of the usual hours for something that leaders do not give, 0..1."""
    if usual <= 1e-6:
        return 0.0
    return max(0.0, 1.0 - leadership.week_hours * share_of_hours(weight, policy) / usual)


def plan(model) -> None:
    """Remember the year that ends now as what is planned, and the posts of today as the usual ones."""
    model.planned = margin_and_revenue(model, max(0, model.now - WEEKS), model.now)
    model.usual_posts, model.means_due, model.spending = model.posts, PENDING, 1.0


def review(model) -> None:
    """Decide on the means of the next year: by the margin, less what nobody watched, less what the board holds back."""
    world, leadership = model.world.budget, model.world.leadership
    policy, record = model.policy, model.given[0]
    margin, revenue = margin_and_revenue(model, model.now - WEEKS, model.now)
    unwatched = missing_hours(policy.hours_budget, leadership.budget_hours, record["policy"], record["leadership"])
    unseen = missing_hours(policy.hours_board, leadership.board_hours, record["policy"], record["leadership"])
    planned, usual = model.planned
    model.means = changed_means(margin - world.care * unwatched * revenue, planned, usual, world.response, world.most)
    model.means -= world.neglect * unseen
    model.means_due = model.now + world.lag


def step(model) -> None:
    """After each year from the switch, means follow the margin, with a lag (unless posts follow members)."""
    model.record.tally[POSTS] = model.posts
    if model.topping_up or model.now <= model.adopted or model.scenario.staff_follow_members:
        return
    if (model.now - model.adopted) % WEEKS == 0:
        if model.planned is None:
            plan(model)  # no year before the switch: the first one after it is the plan
        else:
            review(model)
    if model.now == model.means_due:
        model.spending = max(0.0, model.means)
        open_posts(model, max(model.departments, round(model.usual_posts * model.means)))
        model.means_due = PENDING
