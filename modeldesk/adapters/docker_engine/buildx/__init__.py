"""Building by docker's buildx, where a person has it: a program that is run, and listened to."""
