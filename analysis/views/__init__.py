"""HTTP only: form to service, selector to template."""
