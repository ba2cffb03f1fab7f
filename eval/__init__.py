"""Gold questions, runs, metrics and benchmarks."""
