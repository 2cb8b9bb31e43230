"""Removing images: the one question before, the task, and what is said after."""
