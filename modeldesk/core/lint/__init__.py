"""What is wrong with a Dockerfile or a .dockerignore, line by line, and how to mend it."""
