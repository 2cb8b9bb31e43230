"""Canaries: a version gets its share of the callers step by step, and is judged meanwhile."""
