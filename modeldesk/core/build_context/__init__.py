"""The build context: which files of a folder go to the engine, and how they are sent."""
