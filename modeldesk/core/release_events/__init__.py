"""What happens to deployments, told to others: events, their outbox, and who sends them."""
