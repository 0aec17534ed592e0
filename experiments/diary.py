"""``relsim diary``: one member's weeks under two policies, side by side, on the same luck."""

import sys
import time
from dataclasses import asdict, dataclass, replace
from html import escape
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd

from experiments.engines import opened, results, warm_up
from experiments.fits.line import fitted_to
from experiments.fits.tables import read_survival
from experiments.runs.cost import seconds_of
from experiments.runs.lives import Chosen, choose, facts_of, final_policies, lived
from experiments.runs.manifest import write_manifest, write_whole
from experiments.runs.replicates import OWN_KEYS, Job, preliminary, settled_organisation
from experiments.words.telling import parting_in_words, sentences
from experiments.words.wording import label
from sim.diary import MemberDiary
from sim.diary_columns import ENTRY
from sim.quantities import OutOfRange
from sim.steps import WEEKS


@dataclass
class Telling:
    """One member's weeks under a reference and another policy.

    Attributes
    ----------
    diaries : dict of str to MemberDiary
        By policy, the reference first.
    facts : dict
        Who the member is at the switch: years, main_domain, requests a year, voice, commitment.
    """

    chosen: Chosen
    diaries: dict[str, MemberDiary]
    facts: dict
    years: int
    departments: int
    scenario: str
    promises: dict[str, float]
    command: str = ""

    @property
    def reference(self) -> str:
        """Name of the reference."""
        return next(iter(self.diaries))

    @property
    def policy(self) -> str:
        """Name of the policy told beside it."""
        return list(self.diaries)[1]

    def to_dataframe(self) -> pd.DataFrame:
        """Both diaries, one line an event: policy, the sentence, and the columns of :data:`sim.diary_columns.ENTRY`."""
        parts = []
        for name, diary in self.diaries.items():
            frame = diary.to_dataframe()
            frame.insert(0, "policy", name)
            frame.insert(1, "text", [" ".join(sentences(entry, self.departments)) for entry in diary.entries])
            parts.append(frame)
        return pd.concat([part.astype(object) for part in parts], ignore_index=True).infer_objects()

    def left(self, name: str) -> dict | None:
        """The decision by which the member left under a policy; None where he stayed."""
        last = [entry for entry in self.diaries[name].entries if entry["event"] == "renewal"][-1:]
        return last[0] if last and not last[0]["renewed"] else None

    def page(self) -> str:
        """The whole as one HTML page that needs nothing else."""
        from experiments.diary_page import page

        return page(self)

    def _repr_html_(self) -> str:
        # In a frame of its own: the page's styles must not reach the notebook around it.
        return (
            f'<iframe srcdoc="{escape(self.page())}" style="width:100%;height:48rem;border:0" title="Diary"></iframe>'
        )


def run(request) -> int:
    """Tell, write the page, the table and the manifest, print a summary; returns the exit status."""
    began = time.perf_counter()
    warm_up(request.scenario, request.policy_set.values())
    telling = tell(request)
    out = Path(request.out)
    write_whole(out / "diary.html", telling.page().encode())
    write_whole(out / "diary.csv", telling.to_dataframe().to_csv(index=False).encode())
    weeks = pd.concat(
        [diary.states().assign(policy=name) for name, diary in telling.diaries.items()], ignore_index=True
    )
    write_whole(out / "weeks.csv", weeks.to_csv(index=False).encode())
    told = {
        "command": telling.command, "member": telling.chosen.member, "chosen": telling.chosen.how,
        "reference": telling.reference, "policy": telling.policy, "years": telling.years,
        "policies": {name: asdict(policy) for name, policy in request.policy_set.items()},
        "columns": ENTRY, "wall_seconds": round(time.perf_counter() - began, 2),
    }  # fmt: skip
    write_manifest(out, request, told)
    print(summary(telling, out))
    return 0


def tell(request) -> Telling:
    """One member's weeks under the reference and one other policy."""
    if request.data:
        request.scenario = fitted_to(read_survival(request.data), request.scenario, request.world, request.seed)
    fit = request.scenario.fit_at(request.world.renewals.lived_weight)
    job = Job(
        scenario=request.scenario, world=request.world, fit=fit, policies=request.policy_set, years=request.horizon,
        seed=request.seed, replicate=request.replicate,
    )  # fmt: skip
    if request.preliminary:
        # What is usual decides how leaving is explained, as in a comparison; it changes nobody's life.
        early = [replace(job, replicate=OWN_KEYS + k) for k in range(request.preliminary)]
        weeks = request.preliminary * (request.scenario.burn_in + WEEKS * request.horizon)
        with opened(request.engine, private=request.out, seconds=seconds_of(request.scenario, weeks)) as engine:
            usual = list(results(preliminary, early, engine, "reference, for what is usual"))
        medians = {f"{name}_median": float(np.median([run[name] for run in usual])) for name in ("commitment", "belief")}
        job = replace(job, fit=replace(fit, **medians))
    settled, _ = settled_organisation(job)
    members = settled.tables["members"]
    if request.member is None:
        chosen = choose(settled, job)
    else:
        chosen = Chosen(request.member, "Chosen by number.")
        if not (chosen.member < members.count and members["alive"][chosen.member]):
            there = np.flatnonzero(members["alive"])
            near = int(there[np.argmin(np.abs(there - chosen.member))])
            raise OutOfRange(
                f"member={chosen.member} is not usable: nobody of that number is a member at the switch; the nearest is {near}"
            )
    diaries = lived(settled, job, [chosen.member])
    return Telling(
        chosen, {name: notes[chosen.member] for name, notes in diaries.items()}, facts_of(settled, chosen.member),
        job.years, settled.departments, job.scenario.name,
        {name: final.promise for name, final in final_policies(job).items()},
        command=f"relsim diary {' '.join(text for text in request.overrides if not text.startswith('out='))}".strip(),
    )  # fmt: skip


def summary(telling: Telling, out: Path) -> str:
    """What the terminal shows: who, how chosen, what became of him, where the page is."""
    facts = telling.facts
    lines = [
        "", f"Member {telling.chosen.member} (a member for {facts['years']:.0f} years at the switch, "
        f"about {facts['requests']:.0f} requests a year). {telling.chosen.how}", "",
    ]  # fmt: skip
    for name, diary in telling.diaries.items():
        requests = {entry["request"] for entry in diary.entries if entry["event"] == "answer"}
        let_downs = sum(bool(entry.get("let_down")) for entry in diary.entries)
        decision, weeks = telling.left(name), len(diary.weeks)
        became = (
            f"left in week {decision['week'] + 1} ({decision['reason'].replace('_', ' ')})"
            if decision else f"still a member after {weeks} weeks"
        )  # fmt: skip
        value = diary.weeks[-1]["value_member"] + diary.weeks[-1]["value_organisation"] if weeks else 0.0
        lines.append(
            f"  {label(name)}: {became}; {len(requests)} requests, {let_downs} let-downs, value to both {value:.2f} dues"
        )
    parting = parting_in_words(telling)
    lines += ["", parting] if parting else []
    if telling.chosen.others:
        lines += ["", "Others worth telling of:"]
        lines += [f"  member={row}  {became}" for row, became in telling.chosen.others]
    return "\n".join([*lines, "", f"Page: {out / 'diary.html'} (tables diary.csv, weeks.csv and manifest beside it)"])


def diary_in_memory(*overrides: str, member: int | None = None) -> Telling:
    """One member's weeks under two policies, in memory.

    Parameters
    ----------
    *overrides : str
        What would be typed: ``"scenario=association", "policy=loosened_holistic", "reference=strict_siloed"``.
    member : int, optional
        Row of somebody who is a member at the switch; by default somebody whose fate depends on the policy.

    Returns
    -------
    Telling
        ``to_dataframe()`` gives the table; in a notebook it shows itself.
    """
    from experiments.settings.composing import request_of
    from experiments.settings.folders import config_folders
    from experiments.settings.schema import DiaryRequest

    typed = [*overrides, *([] if member is None else [f"member={member}"])]
    return tell(request_of("diary", typed, DiaryRequest, config_folders()))


class _Callable(ModuleType):
    """As :mod:`experiments.compare`: a function in Python, a command on the command line."""

    def __call__(self, *overrides: str, member: int | None = None) -> Telling:
        return diary_in_memory(*overrides, member=member)


sys.modules[__name__].__class__ = _Callable


if __name__ == "__main__":
    from experiments.door import main

    sys.exit(main(["diary", *sys.argv[1:]]))
