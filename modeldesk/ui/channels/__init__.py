"""Moving a model's channels, and the history of that."""
