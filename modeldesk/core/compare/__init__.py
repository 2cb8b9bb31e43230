"""Two images side by side: layers, files, packages, configuration, and what made the difference."""
