"""Looks after what runs: what is not as it should be, in a sentence, and what can be done."""
