"""What workers of tests include, to know the measures of tests."""

from tests.analysis.services.declared import in_a_worker

in_a_worker()
