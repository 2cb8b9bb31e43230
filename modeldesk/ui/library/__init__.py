"""The library page: models, their versions, and what can be done with them."""
