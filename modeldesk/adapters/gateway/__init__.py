"""Gateways made of nginx."""
