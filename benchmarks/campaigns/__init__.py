"""Reliability campaigns: what happens to a sweep when processes die, disks fill up and files are damaged.

``make campaign`` runs all of them in full; the tests run short forms of the same functions.
"""
