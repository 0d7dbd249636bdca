"""What is being played, from the project to sound."""
