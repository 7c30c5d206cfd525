"""Who besides the owner may see a customer."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.history import tracked


@tracked()
class CustomerShare(models.Model):
    """A customer shared with a colleague."""

    customer = models.ForeignKey("customers.Customer", on_delete=models.CASCADE, related_name="shares")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="shared_customers"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("customer share")
        verbose_name_plural = _("customer shares")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["customer", "user"], name="share_once"),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id} → {self.user_id}"
