"""Those who left remember, and some come back.

A year after leaving, and again for some years on the same date, somebody who left of his own will thinks of it once
more: he decides as he did before, with what he remembers of the answers, with the friends who are still there and with
what is said of the organisation by then, against a hurdle. Who comes back is the same person with the same row: trust,
belief, needs, what is known of him and his ties are as they were, faded by the time between.

A return is no renewal and no recruitment. For survival and first-year retention somebody who has left has left, even
if he is back (table of origins, ``lapsed``); what he is worth after coming back counts for him and for the organisation.
"""

import math

import numpy as np

from sim.compiled import formula, kernel, making_kernel
from sim.luck import decision, draws
from sim.odds import logistic
from sim.processes.bonds import combined_bond
from sim.processes.discipline import dues_paid
from sim.processes.friendships import surroundings
from sim.processes.renewals import (
    INVOLUNTARY,
    LET_GO,
    base_commitment,
    lived_experience,
    renewal_odds,
)
from sim.processes.rivals import pull
from sim.quantities import ASSUMED, quantities, quantity
from sim.recording import RETURNED
from sim.steps import WEEKS

RETURN = decision("returns.return")
NOBODY = np.zeros(0, np.int32)


@quantities
class ReturnParameters:
    """Who comes back."""

    place = "world.returns"

    hurdle: float = quantity(5.0, "logit", 0.0, 10.0, ASSUMED, "how much harder it is to come back than to stay")
    years: int = quantity(3, "years", 0, 10, ASSUMED, "how many years in a row somebody who left thinks of coming back, once a year")


@formula
def return_odds(staying, heard, usual, word_of_mouth, hurdle):
    """Log odds of coming back: those of staying, what is said of the organisation, and the hurdle."""
    return staying + word_of_mouth * (heard - usual) - hurdle


@kernel
def leave_for_good(members, row):
    """Whether nobody could have kept this member, or nobody wanted to, so that he does not think of coming back."""
    lapse = int(members[row].lapse)
    return lapse == INVOLUNTARY or lapse == LET_GO


@making_kernel
def come_back(members, next_request, alive, origins, ties, friendships, rivals, trend, staff, left, reputation, week, luck, given):
    """Of those in the rows ``left``, who come back; their rows."""
    world, fit, scenario = given[0].renewals, given[0].fit, given[0].scenario
    back, count = np.empty(len(left), np.int32), 0
    for turn in range(len(left)):
        row = np.int64(left[turn])
        member = members[row]
        # Who has come back once and left again stands in two lists, and is asked once.
        if alive[row] or member.left < 0 or leave_for_good(members, row):
            continue
        years = max(1, (int(member.left) + 1 - int(member.joined)) // WEEKS)
        base = base_commitment(np.float64(member.commitment), float(years), fit.promise, fit.promise_years)
        bond = combined_bond(ties, row, staff, week, given)
        around = surroundings(friendships, members, alive, row, week, given)
        lived = lived_experience(np.float64(member.belief), bond, fit.grievance, around, fit, world)
        elsewhere = scenario.outside_option + pull(rivals, member, trend, week, given)
        staying = renewal_odds(base, lived, dues_paid(scenario, given[0].policy), elsewhere, world)
        odds = return_odds(staying, reputation[0], fit.reputation, given[0].growth.word_of_mouth, given[0].returns.hurdle)
        deciding, gap, _, _ = draws(luck, RETURN, week, int(member.identity), 0, 0)
        if deciding >= logistic(odds):
            continue
        back[count] = row
        count += 1
        if origins[row].lapsed < 0:
            origins[row].lapsed = member.left
        member.left, member.lapse = -1, 0
        next_request[row] = week + 1 - math.log(gap) / np.float64(member.request_rate)
    for turn in range(count):  # afterwards, so that friends who come back in the same week do not see each other
        alive[back[turn]] = True
    return back[:count]


def step(model) -> None:
    """Those who left are remembered; some of them come back."""
    leavers, now, years = model.leavers, model.now, model.world.returns.years
    if model.gone_count and years:
        leavers[now] = model.gone[: model.gone_count].copy()
    if not model.admitting:
        leavers.pop(now - WEEKS * years, None)  # nobody is asked before the switch: they are forgotten in time
        return
    dates = [now - WEEKS * year for year in range(1, years + 1)]
    left = [leavers[date] for date in dates if date in leavers]
    leavers.pop(now - WEEKS * years, None)
    if not left:
        return
    members, tables = model.tables["members"], model.tables
    model.returned = come_back(
        members.rows, members.scanned["next_request"], members.scanned["alive"], tables["origins"].rows,
        tables["ties"].rows, tables["friendships"].rows, tables["rivals"].rows, model.trend, tables["staff"].rows,
        np.concatenate(left), model.reputation, now, model.luck, model.given,
    )  # fmt: skip
    model.record.tally[RETURNED] += len(model.returned)
