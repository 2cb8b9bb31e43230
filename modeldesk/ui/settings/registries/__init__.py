"""The registries that are known: who is signed in at each, and how its last check went."""
