"""The demo company: a seeded generator of a Chinese trading company, written straight into the tables."""

from customers.services.demo.plan import DEFAULT_SEED, SIZES, Plan
from customers.services.demo.seeding import SEEDED, DemoError, Seeded, seed_demo

__all__ = ["DEFAULT_SEED", "SEEDED", "SIZES", "DemoError", "Plan", "Seeded", "seed_demo"]
