"""The pages of the officer who answers for privacy."""
