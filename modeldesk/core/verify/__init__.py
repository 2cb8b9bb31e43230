"""An image made again: whether it is the same, and what makes it another one."""
