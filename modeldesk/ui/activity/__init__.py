"""All work: what runs, what ended, and how."""
