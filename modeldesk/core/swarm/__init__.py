"""Docker Swarm: a model's version as a service of several tasks, over one or more machines."""
