"""Moving channels, on the engine and in the registry together, with a history."""
