"""Files that say what a model is and what it needs: those of other tools, and Hugging Face's."""
