"""What is registered with a version beside its layers, when, by whom and why."""
