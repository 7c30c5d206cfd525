"""Who knows whom, and in which role: one person is seen from every side (人际关系、关键人物)."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from crm.history import tracked
from crm.sensitivity import personal
from customers.models.profiles import Customer
from customers.models.scope import CustomerChild


class RelationKind(models.TextChoices):
    """What somebody is to a person."""

    RELATIVE = "relative", _("Relative")
    CLASSMATE = "classmate", _("Classmate")
    FRIEND = "friend", _("Friend")
    NEIGHBOUR = "neighbour", _("Neighbour")
    COLLEAGUE = "colleague", _("Colleague")
    INTRODUCER = "introducer", _("Introducer")


class KeyRole(models.TextChoices):
    """What a person does in a company that we deal with."""

    OWNER = "owner", _("Owner of the company")
    MANAGER = "manager", _("Managing the company")
    LEGAL_REPRESENTATIVE = "legal_representative", _("Legal representative")
    BUYER = "buyer", _("Buyer")
    FINANCE = "finance", _("Finance contact")
    OTHER = "other", _("Other")


@tracked()
class Relation(CustomerChild):
    """A tie from one person to another: a customer, or somebody of whom only a word is kept.

    Relatives, friends and neighbours are other people: ``other_person`` is for a role ("his brother"), not a dossier.
    """

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="relations")
    other = models.ForeignKey(
        Customer,
        verbose_name=_("the other, if a customer"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="relations_to",
    )
    other_person = personal(models.CharField(_("the other person"), max_length=100, blank=True))
    kind = models.CharField(_("kind of tie"), max_length=12, choices=RelationKind.choices)
    is_closest = models.BooleanField(_("closest"), default=False)
    note = personal(models.CharField(_("note"), max_length=300, blank=True))

    class Meta:
        verbose_name = _("social tie")
        verbose_name_plural = _("social ties")
        ordering: ClassVar = ["customer", "-is_closest", "id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="relation_to_somebody", condition=Q(other__isnull=False) | ~Q(other_person="")
            ),
            models.CheckConstraint(name="relation_not_to_oneself", condition=~Q(other=F("customer"))),
            models.UniqueConstraint(fields=["customer", "other", "kind"], name="relation_once"),
        ]

    def __str__(self) -> str:
        return str(self.get_kind_display())


@tracked()
class KeyPerson(CustomerChild):
    """A person customer's role in a company customer (所有者/经营管理者/法人代表/采购/财务联系人)."""

    customer = models.ForeignKey(
        Customer, verbose_name=_("company"), on_delete=models.CASCADE, related_name="key_people"
    )
    person = models.ForeignKey(
        Customer, verbose_name=_("person"), on_delete=models.CASCADE, related_name="key_roles"
    )
    role = models.CharField(_("role in the company"), max_length=20, choices=KeyRole.choices)
    since = models.DateField(_("since"), null=True, blank=True)
    until = models.DateField(_("until"), null=True, blank=True)
    note = personal(models.CharField(_("note"), max_length=300, blank=True))

    class Meta:
        verbose_name = _("key person")
        verbose_name_plural = _("key people")
        ordering: ClassVar = ["customer", "role", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["customer", "person", "role"], name="key_role_once"),
            models.CheckConstraint(name="key_person_not_itself", condition=~Q(person=F("customer"))),
        ]

    def __str__(self) -> str:
        return str(self.get_role_display())


@tracked()
class CustomerMerge(models.Model):
    """Two records found to be one: ``merged`` went into ``kept``; ``moves`` tells how to take it back."""

    kept = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="merges")
    merged = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="+")
    moves = models.JSONField(_("moves"))
    merged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    merged_at = models.DateTimeField(_("merged at"), auto_now_add=True)
    undone_at = models.DateTimeField(_("undone at"), null=True)

    class Meta:
        verbose_name = _("merge")
        verbose_name_plural = _("merges")
        ordering: ClassVar = ["-id"]

    def __str__(self) -> str:
        return f"{self.merged_id} → {self.kept_id}"


@tracked()
class NotDuplicate(models.Model):
    """Two customers that somebody looked at and found to be two."""

    first = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="+")
    second = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="+")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    decided_at = models.DateTimeField(_("decided at"), auto_now_add=True)

    class Meta:
        verbose_name = _("pair of different customers")
        verbose_name_plural = _("pairs of different customers")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["first", "second"], name="two_customers_once"),
            models.CheckConstraint(name="two_customers_in_order", condition=Q(first__lt=F("second"))),
        ]

    def __str__(self) -> str:
        return f"{self.first_id} ≠ {self.second_id}"
