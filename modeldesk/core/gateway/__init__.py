"""The gateway of a deployment: one stable address in front of the versions behind it."""
