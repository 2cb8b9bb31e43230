"""The clean-up page: what could go, what would come back, what stays and why."""
