"""Every read: scoped querysets and typed dataclasses for pages."""
