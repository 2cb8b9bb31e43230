"""What is inside an image: files, layer by layer and stacked; waste, packages, advice."""
