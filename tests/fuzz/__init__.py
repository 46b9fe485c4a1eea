"""Everything that comes from outside, bent out of shape by Hypothesis: ``python -m tests.fuzz`` (CONTRIBUTING.md)."""
