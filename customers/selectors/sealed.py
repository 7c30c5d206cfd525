"""Where sealed values stand."""

from functools import cache

from django.apps import apps
from django.db import models

from crm.sealing import SealedField


@cache
def sealed_columns() -> list[tuple[type[models.Model], list[str]]]:
    """Return the models that hold sealed values, with the columns; their versions are models of their own."""
    found = []
    for model in apps.get_app_config("customers").get_models():
        columns = [each.name for each in model._meta.concrete_fields if isinstance(each, SealedField)]
        if columns and hasattr(model, "pgh_event_model"):
            found.append((model, columns))
    return found
