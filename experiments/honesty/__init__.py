"""Honesty tables: what each process does, where each lever helps and hurts, which targets are met."""
