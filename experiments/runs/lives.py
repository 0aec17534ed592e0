"""Members' lives under several policies, written down, and whose life is worth telling."""

from dataclasses import dataclass, field

import numpy as np

from experiments.runs.replicates import Job
from experiments.words.wording import label
from sim import RelationshipModel
from sim.diary import MemberDiary
from sim.outcome import Outcome
from sim.processes.renewals import INVOLUNTARY
from sim.steps import WEEKS

READ = 20  # people of either kind whose diaries are read before one is chosen


@dataclass
class Chosen:
    """Who is told of, and why."""

    member: int
    how: str
    others: list[tuple[int, str]] = field(default_factory=list)
    """Other members worth telling of: (number, what became of them)."""


def final_policies(job: Job) -> dict:
    """The policies of a job, of timelines the last step."""
    return {name: getattr(policy, "policy", policy) for name, policy in job.policies.items()}


def facts_of(model: RelationshipModel, row: int) -> dict:
    """Who a member is at the switch."""
    member = model.tables["members"].rows[row]
    return {
        "years": (model.now - int(member["joined"])) / WEEKS, "main_domain": int(member["main_domain"]),
        "requests": float(member["request_rate"]) * WEEKS, "voice": float(member["voice"]),
        "commitment": float(member["commitment"]), "trust": float(model.tables["members"].scanned["trust"][row]),
    }  # fmt: skip


def lived(settled: RelationshipModel, job: Job, rows: list[int]) -> dict[str, dict[int, MemberDiary]]:
    """The diaries of some members under each policy."""
    kept = {}
    for name, policy in job.policies.items():
        arm = settled.fork(policy)
        kept[name] = {row: MemberDiary(row).watch(arm) for row in rows}
        arm.run_for(WEEKS * job.years)
    return kept


def fates(settled: RelationshipModel, job: Job) -> dict[str, Outcome]:
    """The outcome of each arm, nobody watching."""
    outcomes = {}
    for name, policy in job.policies.items():
        arm = settled.fork(policy)
        arm.run_for(WEEKS * job.years)
        outcomes[name] = arm.outcome()
    return outcomes


def choose(settled: RelationshipModel, job: Job) -> Chosen:
    """Somebody whose fate depends on the policy: who left by own decision under one and stayed under the other.

    Of those, up to :data:`READ` are read; the one told of is whose chance of renewing differed most when they parted.
    """
    reference, policy = job.policies
    outcomes = fates(settled, job)
    cohort = outcomes[reference].cohort
    left, reason = ({n: o.members[c][cohort] for n, o in outcomes.items()} for c in ("left", "lapse"))
    kept_by, lost_by = (
        cohort[(left[gone] >= 0) & (reason[gone] != INVOLUNTARY) & (left[stays] < 0)]
        for gone, stays in ((reference, policy), (policy, reference))
    )
    if len(kept_by) + len(lost_by) == 0:
        gap = np.abs(outcomes[policy].surplus - outcomes[reference].surplus)
        return Chosen(
            int(cohort[np.argmax(gap)]),
            f"Nobody of the {len(cohort):,} members left under one policy and stayed under the other: "
            "told of is the one whose value differs most.",
        )
    read = {"kept": evenly(kept_by), "lost": evenly(lost_by)}
    diaries = lived(settled, job, [*read["kept"], *read["lost"]])
    ranked = {
        kind: sorted(rows, key=lambda row: (-parting_gap(diaries, row), row)) for kind, rows in read.items()
    }  # fmt: skip
    usual, rare = ("kept", "lost") if len(kept_by) >= len(lost_by) else ("lost", "kept")
    became = {
        "kept": f"left under {label(reference)}, stayed under {label(policy)}",
        "lost": f"stayed under {label(reference)}, left under {label(policy)}",
    }
    many = {"kept": len(kept_by), "lost": len(lost_by)}
    how = (
        f"Of {len(cohort):,} members, {many['kept']:,} {became['kept']}, and {many['lost']:,} {became['lost']}. "
        f"{len(read[usual])} of the larger group were read; this is the one whose chance of renewing differed most when "
        "the two lives parted. So the story shows how it can come about, not how often."
    )
    others = [(row, became[usual]) for row in ranked[usual][1:3]] + [(row, became[rare]) for row in ranked[rare][:2]]
    return Chosen(ranked[usual][0], how, others)


def evenly(rows: np.ndarray) -> list[int]:
    """At most :data:`READ` of some rows, evenly spread."""
    places = np.unique(np.linspace(0, len(rows) - 1, min(READ, len(rows))).round().astype(int))
    return rows[places].tolist()


def parting_gap(diaries: dict[str, dict[int, MemberDiary]], row: int) -> float:
    """Difference between the chances of renewing in the week in which the two lives parted."""
    decisions = [
        {entry["week"]: entry for entry in notes[row].entries if entry["event"] == "renewal"}
        for notes in diaries.values()
    ]
    week = min(week for by_week in decisions for week, entry in by_week.items() if not entry["renewed"])
    return abs(decisions[0][week]["chance"] - decisions[1][week]["chance"])
