"""The two lives as lines: trust, belief, what is known."""

from experiments.figures.style import COLOURS, DASHES, INK, REFERENCE, SOFT, Look, blank, key, styled
from experiments.words.wording import label, shorten
from sim.steps import WEEKS

PANELS = (
    ("trust", 100.0, "trust\n(0 to 100)"),
    ("belief", 1.0, "answers as\nbelieved (1 = perfect)"),
    ("known", 100.0, "needs known\n(of 100)"),
)


@styled
def lives(telling):
    """Three panels over the years since the switch; a cross where the member left, dotted lines where dues were due."""
    figure = blank(4.6)
    panels = figure.subplots(len(PANELS), 1, sharex=True)
    looks = [
        Look(shorten(label(telling.reference)), REFERENCE, "o", "-"),
        Look(shorten(label(telling.policy)), COLOURS[0], "s", DASHES[1]),
    ]
    due = sorted({e["week"] for diary in telling.diaries.values() for e in diary.entries if e["event"] == "renewal"})
    for axes, (name, scale, words) in zip(panels, PANELS, strict=True):
        for week in due:
            axes.axvline((week + 1) / WEEKS, color=SOFT, lw=0.7, ls=":")
        for look, (policy, diary) in zip(looks, telling.diaries.items(), strict=True):
            places = [(week["week"] + 1) / WEEKS for week in diary.weeks]
            values = [scale * week[name] for week in diary.weeks]
            axes.plot(places, values, color=look.colour, linestyle=look.dash, lw=1.8)
            if telling.left(policy) is not None and places:
                axes.plot(places[-1], values[-1], color=look.colour, marker="X", ms=9, clip_on=False, zorder=5)
        axes.set_ylabel(words, rotation=0, ha="right", va="center", color=INK)
        axes.set_xlim(0, telling.years)
    panels[0].set_ylim(0, 100)
    panels[2].set_ylim(0, 100)
    panels[-1].set_xlabel("years since the switch (dotted: dues are due; cross: left)")
    key(figure, [Look(look.name, look.colour, "", look.dash) for look in looks])
    return figure
