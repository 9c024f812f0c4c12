"""The review protocol: named variables, each taken from a run's rows by conditions, one line for each case."""
