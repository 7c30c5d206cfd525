"""What we know about customers: five floors by six sections (docs/ARCHITECTURE.md)."""
