"""Figures about fits to data."""

from matplotlib.ticker import MaxNLocator

from experiments.figures.style import blank, styled


@styled
def survival_fit(frame, name: str):
    """A renewal table, the fitted model with its band, and two simpler models beside it."""
    figure = blank(4.2)
    axes = figure.subplots()
    year = frame["year"]
    axes.fill_between(year, 100 * frame["low"], 100 * frame["high"], color="#1f77b4", alpha=0.2, lw=0)
    axes.plot(year, 100 * frame["fitted"], color="#1f77b4", lw=2, label="this model, all processes on")
    axes.plot(year, 100 * frame["shifted_beta_geometric"], color="#8c6d1f", lw=1.4, ls="--", label="shifted-beta-geometric")
    axes.plot(year, 100 * frame["constant_hazard"], color="#777777", lw=1.2, ls=":", label="constant hazard")
    used = frame["used_for_fit"] | (year == 0)
    axes.plot(year[used], 100 * frame["observed"][used], "o", color="black", ms=6, label=name)
    if (~used).any():
        axes.plot(year[~used], 100 * frame["observed"][~used], "o", mfc="white", color="black", ms=6, label="not used")
    axes.set_xlabel("years of membership")
    axes.set_ylabel("still members, of 100 who joined")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_ylim(0, 101)
    figure.legend(loc="outside upper left", ncols=2, borderaxespad=0.2)
    return figure
