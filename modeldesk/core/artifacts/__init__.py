"""Model artifacts: weights in a registry without an image around them. Packed from a folder, read
whoever packed them, and pulled to a folder again."""
