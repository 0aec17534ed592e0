"""What one member's decision to renew is made of, term by term, as the rule in :mod:`sim.processes.renewals` takes it."""

from sim.luck import draws
from sim.odds import logistic
from sim.processes import bonds, community, discipline, renewals, rivals, selection
from sim.processes.contracts import bound_by_contract
from sim.steps import WEEKS


def decision_of(model, row: int) -> dict:
    """The terms of a decision, their sum, and the luck that decides.

    Parameters
    ----------
    model : RelationshipModel
        Just before renewals are decided.
    row : int
        The member's row.

    Returns
    -------
    dict
        As the columns of a diary's renewals (:data:`sim.diary_columns.ENTRY`); log odds unless said there.
    """
    members, now, given = model.tables["members"], model.now, model.given[0]
    member, years = members.rows[row], (now + 1 - int(members["joined"][row])) // WEEKS
    world, levels, scenario = given["renewals"], given["fit"], given["scenario"]
    bond, friends = bonds.bond_and_surroundings(model, row)
    grieved = member["grievance"] >= 0 and now - int(member["grievance"]) <= world["grievance_weeks"]
    base = renewals.base_commitment(float(member["commitment"]), float(years), levels["promise"], levels["promise_years"])
    lived = renewals.lived_experience(float(member["belief"]), bond, float(grieved), friends, levels, world)
    elsewhere = float(scenario["outside_option"])
    elsewhere += community.drawn_away(model.tables["community"].rows, int(members.scanned["community"][row]), model.given)
    elsewhere += rivals.pull(model.tables["rivals"].rows, member, model.trend, now, model.given)
    dues = discipline.dues_paid(scenario, given["policy"])
    odds = renewals.renewal_odds(base, lived, dues, elsewhere, world)
    bound = bool(bound_by_contract(int(member["identity"]), years, model.luck, scenario))
    contract = float(world["price_weight"] * scenario["cancel_charge"]) if bound else 0.0
    declined = not bound and member["standing"] == selection.DECLINED
    odds += contract
    leaving, staying, _, _ = draws(model.luck, renewals.RENEWAL, now, int(member["identity"]), 0, 0)
    weight = float(world["lived_weight"])
    return {
        "years": years, "base": base, "bond": bond,
        "from_belief": weight * float(member["belief"] - levels["belief"]),
        "from_bond": weight * float(world["bond_weight"] * (bond - levels["bond"])),
        "from_grievance": -weight * float(world["grievance_weight"] * (grieved - levels["grievance"])),
        "from_friends": weight * float(friends - levels["surroundings"]),
        "from_price": -float(world["price_weight"] * (dues - 1.0)),
        "from_outside": -elsewhere, "from_contract": contract,
        "odds": odds, "chance": 0.0 if declined else logistic(odds), "draw": staying,
        "forced": bool(leaving < levels["involuntary"]), "bound": bound,
    }  # fmt: skip
