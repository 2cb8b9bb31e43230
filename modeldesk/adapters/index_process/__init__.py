"""Reading layers in a process of its own, so that neither window nor other work is held up."""
