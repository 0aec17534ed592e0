"""What an organisation may decide: the levers of a policy.

Rules read levers and never a policy's name. A lever's ``about`` names its price.
"""

from sim.quantities import ASSUMED, quantities, quantity


@quantities
class Policy:
    """A relationship policy: one value a lever. The defaults are the conventional organisation."""

    place = "policy"

    strictness: float = quantity(
        0.8, "share of cases", 0.0, 1.0, ASSUMED,
        "share of cases that free staff still answer by the standard. Price of less: hours, a wider lower tail, value given away",
    )  # fmt: skip
    coverage: float = quantity(
        1.0, "share of staff", 0.0, 1.0, ASSUMED,
        "share of staff who may use discretion at all. Price of more: the less able and less aligned are free too",
    )  # fmt: skip
    guardrail: float = quantity(
        0.3, "dues a case", 0.0, 2.0, ASSUMED,
        "most that a free answer may give away. Price of less: fewer failures can be put right",
    )  # fmt: skip
    routing: float = quantity(
        0.2, "share of members", 0.0, 1.0, ASSUMED,
        "share of members with a relationship owner who answers everything. Price of more: coordination hours, specialist depth",
    )  # fmt: skip
    information: float = quantity(
        0.2, "share", 0.0, 1.0, ASSUMED,
        "how far what one department learned is visible to the others. Price of more: hours for keeping records",
    )  # fmt: skip
    promise: float = quantity(
        0.0, "0 transaction .. 1 partnership", 0.0, 1.0, ASSUMED,
        "what members are told to expect. It moves expectation only. Price of more: disappointment where it is not lived",
    )  # fmt: skip
