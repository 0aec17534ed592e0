"""Runs and what they add up to: replicates with paired luck, comparisons, their statistics, the manifest beside them."""
