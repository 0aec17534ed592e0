"""Figures of a comparison: each takes a :class:`experiments.runs.comparison.Comparison` and returns a Figure.

No figure has a title inside: titles belong to the page, where they wrap.
"""

from experiments.figures.costs import cost_and_benefit, lived_experience
from experiments.figures.members import survival, who_gains
from experiments.figures.rows import factors, paired_differences, tails, targets
from experiments.figures.style import save, svg_for_page

FIGURES = {
    "survival": survival,
    "differences": paired_differences,
    "who_gains": who_gains,
    "tails": tails,
    "cost_and_benefit": cost_and_benefit,
    "lived_experience": lived_experience,
    "factors": factors,
    "targets": targets,
}
"""Name of the file -> function. A function returns None when its table is empty."""

__all__ = ["FIGURES", "save", "svg_for_page", *sorted(function.__name__ for function in FIGURES.values())]
