"""What the records mean: pure measures, stored runs, dashboards (docs/ARCHITECTURE.md)."""
