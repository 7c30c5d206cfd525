"""The competition tab: who else sells to them, and how much."""

from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _

from crm.templatetags.format import percent
from customers.selectors.competitors import Wallet, wallets
from customers.views.panels import days_in_words
from customers.views.parts.cards import cards
from customers.views.parts.money import amount
from customers.views.record.visit import Visit


def competition(visit: Visit) -> dict[str, Any]:
    """Show what they buy elsewhere, of whom, and who calls on them."""
    customer = visit.record.customer
    return {
        "wallets": [_wallet(each) for each in wallets(customer)],
        "cards": cards(visit.user, customer, "wallet", "rival-products", "rival-reps"),
    }


def _wallet(wallet: Wallet) -> dict[str, Any]:
    sellers = [(_("We"), wallet.ours), *((name or _("Others"), bought) for name, bought in wallet.others)]
    return {
        "category": str(wallet.category or _("Everything they buy")),
        "period": days_in_words(wallet.start, wallet.end - timedelta(days=1)),
        "ours": round((wallet.share(wallet.ours) or 0) * 100),
        "sellers": [
            {"name": name, "amount": amount(bought), "share": percent(wallet.share(bought), 0)}
            for name, bought in sellers
        ],
    }
