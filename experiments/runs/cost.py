"""What a run costs in time, so that little work is done where it is asked for and much of it in several processes."""

from sim import Scenario

WEEK_SECONDS, MEMBER_WEEK_SECONDS = 94e-6, 87e-9
"""Seconds of a week on one processor, and of each member in it: fitted by ``python -m benchmarks.linear`` on one machine."""


def seconds_of(scenario: Scenario, weeks: float) -> float:
    """About how long so many weeks of an organisation take on one processor."""
    return weeks * (WEEK_SECONDS + MEMBER_WEEK_SECONDS * scenario.members)
