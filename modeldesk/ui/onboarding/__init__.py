"""What is shown while there is no container engine."""
