"""Small shared widgets. They know the theme and plain values, nothing of models or engines."""
