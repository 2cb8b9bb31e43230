"""Named deployments of a model, their releases and the way back."""
