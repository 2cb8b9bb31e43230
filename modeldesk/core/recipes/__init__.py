"""Dockerfile and .dockerignore proposed for a model folder."""
