"""The page that puts two images side by side."""
