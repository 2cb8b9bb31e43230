"""What files of weights say of themselves, a format each. Data is skipped, nothing is run."""
