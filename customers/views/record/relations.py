"""The relations tab: the network as a graph and as text; family, ties, key people, dates, gifts."""

from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customers.models import CustomerKind, FamilyRole, KeyRole, RelationKind
from customers.selectors.relations import Network, Node, Tie, network
from customers.views.parts.cards import cards
from customers.views.parts.kind import together
from customers.views.record.visit import Visit

_CARDS = {
    CustomerKind.PERSON: (
        "relations",
        "key-roles",
        "family",
        "children",
        "employments",
        "dates",
        "residence",
        "gifts",
        "referrals",
        "wishes",
    ),
    CustomerKind.COMPANY: ("key-people", "dates", "residence", "gifts", "referrals", "wishes"),
}
_KINDS = {
    "relation": dict(RelationKind.choices),
    "key_role": dict(KeyRole.choices),
    "family": dict(FamilyRole.choices),
    "work": {"present": gettext_lazy("Works there"), "past": gettext_lazy("Worked there")},
    "referral": {"": gettext_lazy("Told us of them")},
}
# How a tie reads from its other end, where that is another word.
_BACK: dict[tuple[str, str], str | Promise] = {
    ("relation", RelationKind.INTRODUCER): gettext_lazy("Introduced by this person"),
    ("work", "present"): gettext_lazy("Employer"),
    ("work", "past"): gettext_lazy("Former employer"),
    ("referral", ""): gettext_lazy("Told us of this customer"),
}


def relations(visit: Visit) -> dict[str, Any]:
    """Show who belongs to them, and to whom they belong."""
    customer = visit.record.customer
    around = network(visit.user, customer)
    return {
        "network": _chart(around) if around.ties else None,
        "network_rows": _rows(around),
        "cards": cards(visit.user, customer, *_CARDS[CustomerKind(customer.kind)]),
    }


def _label(tie: Tie) -> str:
    """Say what the target is to the source."""
    word = _KINDS[tie.what].get(tie.kind, "")
    return together(word, _("former") if tie.is_past and tie.what == "key_role" else "")


def _label_back(tie: Tie) -> str:
    """Say what the source is to the target."""
    if tie.what == "key_role":
        return _("%(role)s there") % {"role": _label(tie)}
    return str(_BACK.get((tie.what, tie.kind), _label(tie)))


def _url(node: Node) -> str:
    return f"{reverse('customers:record', args=[node.customer_id])}?tab=relations" if node.customer_id else ""


def _chart(around: Network) -> dict[str, Any]:
    """Describe the graph for static/js/chart-options.js."""
    places = {node.key: place for place, node in enumerate(around.nodes)}
    return {
        "kind": "network",
        "nodes": [
            {
                "name": node.name,
                "group": "outside"
                if node.customer_id is None
                else "company"
                if node.is_company
                else "person",
                "self": node.steps == 0,
                "note": _group_in_words(node),
                "url": "" if node.steps == 0 else _url(node),
            }
            for node in around.nodes
        ],
        "ties": [
            {"source": places[source], "target": places[target], "label": _(", ").join(labels)}
            for (source, target), labels in _between(around).items()
        ],
    }


def _between(around: Network) -> dict[tuple[str, str], list[str]]:
    """Put the ties of the same two together: one line of the graph for each pair."""
    between: dict[tuple[str, str], list[str]] = {}
    for tie in around.ties:
        pair = (tie.target, tie.source) if (tie.target, tie.source) in between else (tie.source, tie.target)
        between.setdefault(pair, []).append(_label(tie))
    return between


def _group_in_words(node: Node) -> str:
    if node.customer_id is None:
        return _("No customer of ours")
    return str(CustomerKind.COMPANY.label if node.is_company else CustomerKind.PERSON.label)


def _rows(around: Network) -> list[dict[str, Any]]:
    """Write every tie as text: who, what they are, and to whom; the nearest first."""
    nodes = {node.key: node for node in around.nodes}
    rows = []
    for tie in around.ties:
        source, target = nodes[tie.source], nodes[tie.target]
        near, far = (source, target) if source.steps <= target.steps else (target, source)
        rows.append(
            {
                "name": far.name,
                "url": _url(far),
                "what": _label(tie) if far is target else _label_back(tie),
                "note": tie.note,
                "through": "" if near.steps == 0 else near.name,
                "steps": far.steps,
            }
        )
    return sorted(rows, key=lambda row: (row["steps"], row["through"], row["name"]))
