"""A sweep, from its design to its tables: points, the frozen plan, the store, the runs that fill it."""
