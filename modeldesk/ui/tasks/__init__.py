"""Work off the UI thread, its results on it."""
