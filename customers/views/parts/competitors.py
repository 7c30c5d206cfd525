"""Who else sells to a customer."""

from datetime import timedelta

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.templatetags.format import day
from customers.forms.parts.competitors import CompetitorProductForm, CompetitorRepForm, WalletShareForm
from customers.models import CompetitorProduct, CompetitorRep, WalletShare
from customers.views.parts.kind import Kind, Line, together
from customers.views.parts.money import amount


def _product(row: CompetitorProduct) -> Line:
    content = ""
    if row.satisfaction:
        content = _("satisfaction: %(grade)s") % {"grade": row.get_satisfaction_display()}
    return Line(
        title=row.name,
        details=together(row.competitor, row.quantity, content),
        text=row.usage,
        url=reverse("customers:competitor", args=[row.competitor_id]),
        tag=_("new") if row.is_new else "",
    )


def _rep(row: CompetitorRep) -> Line:
    return Line(
        title=row.name,
        details=together(row.competitor, row.style),
        text=row.relation,
        url=reverse("customers:competitor", args=[row.competitor_id]),
    )


def _share(row: WalletShare) -> Line:
    period = _("%(first)s to %(last)s") % {
        "first": day(row.period_start),
        "last": day(row.period_end - timedelta(days=1)),
    }
    sure = _("confidence: %(grade)s") % {"grade": row.get_confidence_display()}
    return Line(
        title=together(amount(row.amount_elsewhere), row.category),
        details=together(row.competitor, period, sure),
        url=reverse("customers:competitor", args=[row.competitor_id]) if row.competitor_id else "",
    )


KINDS: dict[str, Kind] = {
    "wallet": Kind(
        model=WalletShare,
        form=WalletShareForm,
        line=_share,
        title=gettext_lazy("Bought elsewhere"),
        add=gettext_lazy("Note what they buy elsewhere"),
        empty=gettext_lazy("Nobody knows yet what they buy elsewhere: an estimate is enough."),
        icon="pie-chart",
        tab="competition",
        related=("competitor", "category"),
    ),
    "rival-products": Kind(
        model=CompetitorProduct,
        form=CompetitorProductForm,
        line=_product,
        title=gettext_lazy("Competitors' products they use"),
        add=gettext_lazy("Add a product"),
        empty=gettext_lazy("No competitor's product is known yet."),
        icon="box-seam",
        tab="competition",
        related=("competitor",),
    ),
    "rival-reps": Kind(
        model=CompetitorRep,
        form=CompetitorRepForm,
        line=_rep,
        title=gettext_lazy("Competitors' reps who call on them"),
        add=gettext_lazy("Add a rep"),
        empty=gettext_lazy("No competitor's rep is known yet."),
        icon="person",
        tab="competition",
        related=("competitor",),
    ),
}
