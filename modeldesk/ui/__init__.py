"""What a person sees: PySide6 over the services of core."""
