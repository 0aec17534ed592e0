"""What a sweep's table says: effects, contrasts, robustness, scenario discovery, sensitivity; see the modules."""

from experiments.analysis.boxes import Box, Discovery, discover
from experiments.analysis.contrasts import paired_by_condition, quantile_differences
from experiments.analysis.effects import effects
from experiments.analysis.exchange import export_to_ema
from experiments.analysis.indices import indices, points
from experiments.analysis.methods import methods_paragraph, result_sentence
from experiments.analysis.robustness import regret, robustness
from experiments.analysis.table import SweepTable
from experiments.analysis.whole import Analysis, analyse

__all__ = [
    "Analysis", "Box", "Discovery", "SweepTable", "analyse", "discover", "effects", "export_to_ema", "indices",
    "methods_paragraph", "paired_by_condition", "points", "quantile_differences", "regret", "result_sentence", "robustness",
]  # fmt: skip
