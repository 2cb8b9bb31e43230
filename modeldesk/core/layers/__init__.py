"""What an image is made of: layers, their kinds and instructions."""
