"""A customer's account, their history from before the system, and what serving them costs."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from crm.templatetags.format import day, days, number
from customers.forms.parts.finance import CreditAccountForm, OpeningBalanceForm, ServiceCostForm
from customers.models import CreditAccount, OpeningBalance, ServiceCost
from customers.views.parts.kind import Kind, Line, together
from customers.views.parts.money import amount


def _account(row: CreditAccount) -> Line:
    limit = ""
    if row.credit_limit is not None:
        limit = _("limit %(amount)s") % {"amount": amount(row.credit_limit)}
    terms = (
        _("pays within %(days)s") % {"days": days(row.payment_terms_days)} if row.payment_terms_days else ""
    )
    return Line(title=str(row.get_account_type_display()), details=together(terms, limit))


def _opening(row: OpeningBalance) -> Line:
    orders = ngettext("%(count)s order", "%(count)s orders", row.orders) % {"count": number(row.orders)}
    first = _("first on %(day)s") % {"day": day(row.first_order_on)} if row.first_order_on else ""
    last = _("last on %(day)s") % {"day": day(row.last_order_on)} if row.last_order_on else ""
    owed = _("%(amount)s owed") % {"amount": amount(row.receivable)} if row.receivable else ""
    return Line(
        title=_("Until %(day)s") % {"day": day(row.until)},
        details=together(orders, amount(row.revenue), owed),
        text=together(first, last),
    )


def _cost(row: ServiceCost) -> Line:
    hours = _("%(hours)s h") % {"hours": number(row.hours, 1)} if row.hours else ""
    return Line(
        title=amount(row.amount), details=together(row.get_kind_display(), day(row.incurred_on), hours)
    )


KINDS: dict[str, Kind] = {
    "account": Kind(
        model=CreditAccount,
        form=CreditAccountForm,
        line=_account,
        title=gettext_lazy("Account"),
        add=gettext_lazy("Say how they settle"),
        empty=gettext_lazy("Nobody noted yet how they settle."),
        icon="credit-card",
        tab="trade",
        single=True,
    ),
    "opening": Kind(
        model=OpeningBalance,
        form=OpeningBalanceForm,
        line=_opening,
        title=gettext_lazy("Before the system"),
        add=gettext_lazy("Enter the opening balance"),
        empty=gettext_lazy("What they bought before the system is not counted yet."),
        icon="clock-history",
        tab="trade",
        single=True,
    ),
    "costs": Kind(
        model=ServiceCost,
        form=ServiceCostForm,
        line=_cost,
        title=gettext_lazy("What serving them costs"),
        add=gettext_lazy("Add a cost"),
        empty=gettext_lazy("No visit, discount or support was counted yet."),
        icon="cash-stack",
        tab="trade",
    ),
}
