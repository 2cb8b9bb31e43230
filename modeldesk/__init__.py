"""ModelDesk: see, build, run, release and roll back AI models shipped as container images."""

__version__ = "0.1.0"
