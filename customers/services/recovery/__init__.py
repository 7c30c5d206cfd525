"""Backup and restore: sealed copies of the database and of the files, proven by restoring them."""
