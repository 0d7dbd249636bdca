"""The server with its page, and the command line."""
