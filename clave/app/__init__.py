"""The doors: the server with its page, and the command line."""
