"""Long trials, each runnable as a module; a short form of each is part of the test suite."""
