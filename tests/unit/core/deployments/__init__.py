"""Deployments, whatever they run as."""
