"""Benchmarks: ``make bench``. Each prints ratios against a baseline in the same run."""
