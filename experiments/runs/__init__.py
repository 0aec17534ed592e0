"""Runs and what they add up to: replicates with paired luck, comparisons, statistics, the answer, the manifest."""
