"""What is in a folder somebody dropped."""
