"""What a model image is and what can be done with it. Knows no Qt, no Docker, no SQL."""
