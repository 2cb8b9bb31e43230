"""Colours, type, spacing and icons, and the one object that applies them."""
