"""What could be better about an image, with bytes and lines to put into its recipe."""
