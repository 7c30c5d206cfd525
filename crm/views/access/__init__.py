"""Accounts, teams and rights; one's own sign-ins and tokens."""
