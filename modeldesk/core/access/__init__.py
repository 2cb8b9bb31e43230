"""Who may do what to which models where others are served: tokens, their roles, and what was done
with them."""
