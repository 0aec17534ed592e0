"""Retention data and the model: published tables, commitment fitted to them, targets the model is held against."""
