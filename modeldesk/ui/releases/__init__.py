"""What runs: deployments with their history and the way back, and single containers."""
