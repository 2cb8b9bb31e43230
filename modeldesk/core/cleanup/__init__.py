"""What could go from the engine, why, and what holds the rest."""
