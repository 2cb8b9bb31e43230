"""Every deployment of an engine, whatever it runs as."""
