"""The keys of customers, and sealing and opening the values that stand in their rows."""

from typing import Any

from django.db.models import Model

from crm.sealing import SealedField
from crm.sealing.envelope import SealError, new_key, open_sealed, seal
from crm.sealing.keys import unwrap, wrap
from customers.models import DataKey


def seal_value(row: Model, column: str, value: Any, customer_id: int) -> bytes:
    """Return ``value`` sealed for a column of a row under a customer's key; the first value makes the key.

    The row must have its key already: what is sealed is bound to it.
    """
    return seal(
        str(_plain(row, column).to_python(value)).encode(), _data_key(customer_id), place_of(row, column)
    )


def open_value(row: Model, column: str, customer_id: int) -> Any:
    """Return the value that stands sealed in a column of a row, None for none; raises SealError."""
    sealed = getattr(row, column)
    if sealed is None:
        return None
    found = DataKey.objects.filter(customer=customer_id).first()
    if found is None:
        raise SealError("The key of this customer was destroyed.")
    key = unwrap(found.master_key_id, bytes(found.wrapped), f"customer:{customer_id}")
    return _plain(row, column).to_python(open_sealed(bytes(sealed), key, place_of(row, column)).decode())


def place_of(row: Model, column: str) -> str:
    """Return the place to which a sealed value is bound: field and row."""
    return f"{row._meta.label_lower}.{column}:{row.pk}"


def _data_key(customer_id: int) -> bytes:
    """Return a customer's key, made when there is none yet."""
    place = f"customer:{customer_id}"
    made = new_key()
    name, wrapped = wrap(made, place)
    found, _is_new = DataKey.objects.get_or_create(
        customer_id=customer_id, defaults={"wrapped": wrapped, "master_key_id": name}
    )
    return unwrap(found.master_key_id, bytes(found.wrapped), place)


def _plain(row: Model, column: str) -> Any:
    held = row._meta.get_field(column)
    if not isinstance(held, SealedField):
        raise TypeError(f"{column} is not a sealed field.")
    return held.plain
