"""Regions and the sales territories laid over them (区域资料)."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from crm.history import tracked
from crm.sensitivity import personal
from customers.models.scope import CustomerChild


class RegionLevel(models.TextChoices):
    """How deep a region lies in the tree."""

    COUNTRY = "country", _("Country")
    AREA = "area", _("Area")
    PROVINCE = "province", _("Province")
    CITY = "city", _("City")
    DISTRICT = "district", _("District")


class Region(models.Model):
    """A node of the region tree: ISO 3166 countries; China by GB/T 2260 codes down to districts.

    Between China and its provinces stand the seven customary areas (华东 …), as sales teams speak of them.
    ``path`` is the codes from the root joined and closed by "/", so that a subtree is one prefix.
    """

    code = models.CharField(_("code"), max_length=12, unique=True)
    name = models.CharField(_("name"), max_length=100)
    english_name = models.CharField(_("English name"), max_length=100, blank=True)
    level = models.CharField(_("level"), max_length=10, choices=RegionLevel.choices)
    parent = models.ForeignKey(
        "self",
        verbose_name=_("parent"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="children",
    )
    path = models.CharField(_("path"), max_length=80, unique=True)

    class Meta:
        verbose_name = _("region")
        verbose_name_plural = _("regions")
        ordering: ClassVar = ["path"]
        constraints: ClassVar = [
            models.CheckConstraint(name="region_path_closed", condition=models.Q(path__endswith="/")),
            models.CheckConstraint(
                name="region_level_known", condition=models.Q(level__in=RegionLevel.values)
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["name"], name="region_name"),
            models.Index(fields=["english_name"], name="region_english_name"),
        ]

    def __str__(self) -> str:
        chinese = (get_language() or "").startswith("zh")
        return self.name if chinese or not self.english_name else self.english_name


@tracked()
class Territory(models.Model):
    """A sales territory: some regions with all below them, and the branch and manager that answer for it."""

    name = models.CharField(_("name"), max_length=100, unique=True)
    team = models.ForeignKey(
        "crm.Team",
        verbose_name=_("branch"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    manager = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("manager"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="territories",
    )
    regions = models.ManyToManyField(
        Region, verbose_name=_("regions"), related_name="territories", blank=True
    )

    class Meta:
        verbose_name = _("territory")
        verbose_name_plural = _("territories")
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name


class PropertyType(models.TextChoices):
    """What kind of property a customer lives or works in (房产类型)."""

    APARTMENT = "apartment", _("Apartment")
    HOUSE = "house", _("House")
    VILLA = "villa", _("Villa")
    DORMITORY = "dormitory", _("Dormitory")
    SHOP = "shop", _("Shop")
    OFFICE = "office", _("Office building")
    FACTORY = "factory", _("Factory")
    WAREHOUSE = "warehouse", _("Warehouse")
    OTHER = "other", _("Other property")


class Tenure(models.TextChoices):
    """By what right a property is used."""

    OWNED = "owned", _("Owned")
    MORTGAGED = "mortgaged", _("Mortgaged")
    RENTED = "rented", _("Rented")
    PROVIDED = "provided", _("Provided by the employer")


@tracked()
class Residence(CustomerChild):
    """Where and in what kind of property a customer lives or works (居住区域、房产类型)."""

    customer = models.OneToOneField(
        "customers.Customer", primary_key=True, on_delete=models.CASCADE, related_name="residence"
    )
    living_area = models.ForeignKey(
        Region,
        verbose_name=_("living area"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    property_type = personal(
        models.CharField(_("property type"), max_length=10, choices=PropertyType.choices, blank=True)
    )
    floor_area = personal(
        models.DecimalField(_("floor area, m²"), max_digits=9, decimal_places=1, null=True, blank=True)
    )
    tenure = personal(models.CharField(_("tenure"), max_length=10, choices=Tenure.choices, blank=True))

    class Meta:
        verbose_name = _("residence")
        verbose_name_plural = _("residences")

    def __str__(self) -> str:
        return str(self.get_property_type_display())
