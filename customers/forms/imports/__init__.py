"""What people say about a file that they bring in."""
