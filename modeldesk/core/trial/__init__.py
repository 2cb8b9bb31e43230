"""Two recipes for one folder, built and measured: size, builds and cold starts."""
