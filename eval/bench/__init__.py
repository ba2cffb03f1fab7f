"""Benchmarks: ratios against bare libraries, measured in one run."""
