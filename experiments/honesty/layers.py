"""Do layers of closeness come about, and what takes them away? ``python -m experiments.honesty.layers`` writes docs/layers.md."""

import argparse
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from experiments.honesty.cases import effect, world_of
from sim import Policy, RelationshipModel, Scenario
from sim.layers import LAYERS, MET
from sim.steps import WEEKS

PAGE = Path(__file__).resolve().parents[2] / "docs" / "layers.md"
YEARS, BURN_IN = 6, 2 * WEEKS
REPLICATES, PAIRS = 3, 10
OFTEN = ("ties_weekly", "ties_monthly", "ties_half_yearly", "ties_yearly")
MEASURED = (*LAYERS, *OFTEN, "contacts_with_closest", "hours_used")
PRICED = {
    "retention_expected": "chance to renew", "margin": "margin, dues per member-year", "staff_hours": "staff hours per member-year",
    "in_touch_cost": "cost of own time, dues per member-year", "hours_used": "hours in use, share", "queue_weeks": "waiting, weeks",
    "quality_received": "quality of answers", "knowledge": "what is known of members' needs", "trust_mean": "trust",
    "value_member_mean": "value to members, dues per member-year",
}  # fmt: skip
HEAD = ["what", "layers", "met weekly / monthly / half-yearly / yearly", "five closest, % of contacts", "hours in use, %"]
PREFERENCE = "keeping_in_touch.preference"
SELDOM = {"needs.requests": 0.04, "encounters.bond_growth": 0.05, PREFERENCE: 3.0}
LARGE = {"members_per_post": 100}


@dataclass(frozen=True)
class Setting:
    """One line of a table: what is changed against the association of 1,000 members under the conventional policy."""

    told: str
    own_time: float = 0.0
    levers: dict[str, float] = field(default_factory=dict)
    world: dict[str, float] = field(default_factory=dict)
    scenario: dict = field(default_factory=dict)

    def founded(self, replicate: int) -> RelationshipModel:
        """The settled organisation before anything is changed."""
        scenario = Scenario(**{"members": 1000, **self.scenario})
        model = RelationshipModel(scenario, world_of(self.world), rng=1, replicate=replicate)
        model.burn_in(BURN_IN)
        return model

    def arm(self, replicate: int, **levers) -> RelationshipModel:
        """The same after so many years of the policy."""
        arm = self.founded(replicate).fork(Policy(**{"own_time": self.own_time, **self.levers, **levers}))
        arm.run_for(WEEKS * YEARS)
        return arm


def seldom(told: str, own_time: float = 4.0, world: dict | None = None, scenario: dict | None = None, **levers) -> Setting:
    """A line in which members ask seldom, bonds grow slowly and people turn to those they are close to."""
    return Setting(told, own_time, levers, {**SELDOM, **(world or {})}, {**LARGE, **(scenario or {})})


AS_IT_IS = (
    *(Setting(f"{hours:g} hours of their own", hours) for hours in (0.0, 1.0, 2.0, 4.0)),
    *(Setting(f"{hours:g} hours, 2,000 members", hours, scenario={"members": 2000}) for hours in (0.0, 2.0)),
    *(Setting(f"2 hours, preference {power:g}", 2.0, world={PREFERENCE: power}) for power in (0.0, 2.0, 3.0)),
    Setting("2 hours, preference 2, nobody owns", 2.0, {"routing": 0.0}, {PREFERENCE: 2.0}),
    Setting("2 hours, preference 2, owners for all", 2.0, {"routing": 1.0}, {PREFERENCE: 2.0}),
)  # fmt: skip
WHERE_THEY_ASK_SELDOM = (
    *(seldom(f"{hours:g} hours of their own", hours) for hours in (0.0, 1.0, 2.0, 4.0, 6.0)),
    *(
        seldom(f"{hours:g} hours, bonds that grow by 2 %", hours, {"encounters.bond_growth": 0.02}) for hours in (2.0, 4.0)
    ),
    seldom("4 hours, 2,000 members", scenario={"members": 2000}),
    seldom("4 hours, nobody owns", routing=0.0),
    seldom("4 hours, owners for all", routing=1.0),
)
TAKEN_AWAY = (
    seldom("4 hours, nothing taken away"),
    seldom("the process switched off", scenario={"off": ["keeping_in_touch"]}),
    *(seldom(f"preference {power:g} in place of 3", world={PREFERENCE: power}) for power in (0.0, 1.0, 2.0)),
    seldom("bonds that last ten years, not one", world={"encounters.bond_years": 10.0}),
    seldom("bonds that grow by 15 % a contact, not 5", world={"encounters.bond_growth": 0.15}),
    seldom("bonds that grow by 50 % a contact", world={"encounters.bond_growth": 0.5}),
    seldom("members who ask 0.15 times a week, not 0.04", world={"needs.requests": 0.15}),
    seldom("no own time, all members asking at the same rate", 0.0, world={"needs.request_shape": 20.0}),
)
TABLES = {
    "The association as it is": AS_IT_IS, "Where members ask seldom": WHERE_THEY_ASK_SELDOM, "What takes it away": TAKEN_AWAY,
}  # fmt: skip


def row(setting: Setting, replicates: Iterable[int] = range(REPLICATES)) -> dict[str, float]:
    """What is measured in the last year, mean over replicates."""
    found = [setting.arm(replicate).metrics() for replicate in replicates]
    return {name: float(np.mean([one[name] for one in found])) for name in MEASURED}


def told(setting: Setting, found: dict[str, float]) -> str:
    """One line of a table."""
    layered, often = ([f"{found[name]:.0f}" for name in names] for names in (LAYERS, OFTEN))
    shares = [f"{100 * found[name]:.0f}" for name in ("contacts_with_closest", "hours_used")]
    return line([setting.told, " / ".join(layered), " / ".join(often), *shares])


def line(cells: list[str]) -> str:
    """A line of a Markdown table."""
    return "| " + " | ".join(cells) + " |\n"


def price(setting: Setting, hours: float, pairs: int = PAIRS) -> dict[str, np.ndarray]:
    """What hours of their own change against none, by metric, one paired difference a replicate."""
    found = {name: [] for name in PRICED}
    for replicate in range(pairs):
        without, having = (setting.arm(replicate, own_time=own).metrics() for own in (0.0, hours))
        for name, values in found.items():
            values.append(having[name] - without.get(name, 0.0))
    return {name: np.array(values) for name, values in found.items()}


def prices(setting: Setting, hours: float, pairs: int = PAIRS) -> str:
    """The table of what they cost."""
    text = line(["metric", "difference", "t"]) + line(["---"] * 3)
    for name, values in price(setting, hours, pairs).items():
        mean, t = effect(values)
        text += line([PRICED[name], f"{mean:+.4f}", f"{t:.1f}" if np.isfinite(t) else "the same in all pairs"])
    return text


def page(replicates: int = REPLICATES, pairs: int = PAIRS) -> str:
    """The whole page."""
    often = ", ".join(str(number) for number in MET)
    text = (
        "# Layers of closeness\n\n<!-- Written by python -m experiments.honesty.layers from runs. -->\n\n"
        "A person's relationships are said to fall into layers of about 5, 15, 50 and 150 people (Hill & Dunbar 2003; phone calls of a "
        "year, natural breaks: 4.1, 11.0, 29.8, 128.9, Mac Carron, Kaski & Dunbar 2016), the five closest getting about 40 % of the time "
        "(Saramaki et al. 2014). Nothing of this is put in. A person on the staff meets members who ask, and spends `own_time` on whom "
        "he likes, more on those he is close to; bonds grow with contact and fade. Here is what comes of it: "
        f"{YEARS} years after the switch, contacts of the last year, mean over staff and {replicates} runs.\n\n"
        "*Layers* are natural breaks of the logarithm of contacts, cumulated. They alone prove nothing: the last line of the third table "
        "has nobody choosing and everybody asking alike, and breaks divide those counts (1, 2, 3, a few more) into sizes as published. "
        f"So look at what tells closeness from chance: how many are *met* at least {often} times in the year, and what the five "
        "closest get. These are shares of contacts, as in the data; a conversation takes less time than a case does.\n"
    )
    head = line(HEAD) + line(["---"] * len(HEAD))
    for title, settings in TABLES.items():
        text += f"\n## {title}\n\n{ABOUT[title]}\n\n{head}"
        text += "".join(told(setting, row(setting, range(replicates))) for setting in settings)
    text += f"\n## The price\n\n{ABOUT['price'].format(pairs=pairs, years=YEARS)}\n"
    text += f"\nThe association as it is, 2 hours against none:\n\n{prices(Setting(''), 2.0, pairs)}"
    return text + f"\nWhere members ask seldom, 4 hours against none:\n\n{prices(seldom(''), 4.0, pairs)}"


ABOUT = {
    "The association as it is": "1,000 members, 50 to a post, each asking 0.15 times a week; preference 1 unless said.",
    "Where members ask seldom": "100 members to a post, each asking 0.04 times a week; a contact closes 5 % of what a bond lacks (15 % by "
    "default), preference 3. The process is the same; these are values within its ranges, looked for, not fitted to data.",
    "What takes it away": "Changes of the line with 4 hours, one at a time.",
    "price": "Paired differences over {years} years, {pairs} pairs of the same organisation, members and luck. A coordinate of need has "
    "one holder, who learned it last, unless somebody in another department who is still there knows better: then what is learned in "
    "such a conversation is not remembered.",
}


def main() -> int:
    """Write the page."""
    reader = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    reader.add_argument("--out", type=Path, default=PAGE, help="file for the page")
    out = reader.parse_args().out
    out.write_text(page(), encoding="utf-8")
    print(f"wrote {out.name}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
