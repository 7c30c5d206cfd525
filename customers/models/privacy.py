"""What lets sensitive values be kept: keys, switches, consent; and where every profile field came from."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from crm.history import tracked
from customers.models.acquisition import ChannelKind
from customers.models.profiles import Customer
from customers.models.scope import CustomerChild


class DataKey(models.Model):
    """The key that seals one customer's sensitive values, itself sealed by a master key kept outside the database.

    Not tracked: destroyed, it must be gone, and all that it sealed, history and backups included, with it.
    """

    customer = models.OneToOneField(
        Customer, primary_key=True, on_delete=models.CASCADE, related_name="data_key"
    )
    wrapped = models.BinaryField(editable=False)
    master_key_id = models.CharField(max_length=40, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("data key")
        verbose_name_plural = _("data keys")

    def __str__(self) -> str:
        return str(self.customer_id)


@tracked()
class FieldSwitch(models.Model):
    """A decision that a sensitive field may be kept: for which purpose, and how its risk was assessed.

    ``field`` is the field's key in the catalogue, as in ``person.identity_number``. Without one the field is off.
    """

    field = models.CharField(_("field"), max_length=60, unique=True)
    is_on = models.BooleanField(_("may be kept"), default=False)
    purpose = models.CharField(_("purpose"), max_length=300)
    assessment = models.TextField(_("assessment of the risk"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("decided by"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    decided_at = models.DateTimeField(_("decided at"), auto_now=True)

    class Meta:
        verbose_name = _("field switch")
        verbose_name_plural = _("field switches")
        ordering: ClassVar = ["field"]

    def __str__(self) -> str:
        return self.field


@tracked()
class Consent(CustomerChild):
    """A person's consent that one field be kept for one purpose; a guardian's for a child under fourteen."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="consents")
    field = models.CharField(_("field"), max_length=60)
    purpose = models.CharField(_("purpose"), max_length=300)
    evidence = models.CharField(_("how it was given"), max_length=300)
    is_guardians = models.BooleanField(_("given by a guardian"), default=False)
    given_on = models.DateField(_("given on"))
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("recorded by"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    withdrawn_on = models.DateField(_("withdrawn on"), null=True, blank=True)

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        ordering: ClassVar = ["field", "-given_on", "-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["customer", "field"], name="one_consent_in_force", condition=Q(withdrawn_on=None)
            ),
            models.CheckConstraint(
                name="consent_withdrawn_after_given",
                condition=Q(withdrawn_on=None) | Q(withdrawn_on__gte=F("given_on")),
            ),
        ]

    def __str__(self) -> str:
        return self.field


@tracked()
class FieldProvenance(CustomerChild):
    """Where a customer's field came from, who recorded it and when, and when it was last found to be true.

    ``field`` is the field's key in the catalogue, as in ``person.major``; of one row on a card, its kind and its key,
    as in ``need:7``.
    """

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="provenance")
    field = models.CharField(_("field"), max_length=60)
    channel = models.CharField(_("collected by"), max_length=20, choices=ChannelKind.choices, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("recorded by"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    recorded_at = models.DateTimeField(_("recorded at"))
    verified_on = models.DateField(_("last verified on"))

    class Meta:
        verbose_name = _("provenance of a field")
        verbose_name_plural = _("provenance of fields")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["customer", "field"], name="provenance_once"),
        ]

    def __str__(self) -> str:
        return self.field
