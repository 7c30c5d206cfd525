"""What programs read with a token: customers as their owner may see them, page by page."""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from crm.accounts.tokens import readable_with_token
from crm.models import TokenScope
from crm.policy import require
from customers.filters.base import FilterError, read_id
from customers.selectors.profiles import customers_after


@readable_with_token(TokenScope.CUSTOMERS)
@require_safe
def customers(request: HttpRequest) -> JsonResponse:
    """Answer with the customers after ``after``, in the order of their ids; ``next`` is where to go on, or null."""
    user = require(request.user, "customer.view")
    try:
        after = read_id(request.GET["after"]) if "after" in request.GET else 0
    except FilterError:
        return JsonResponse({"error": _("“after” is the id of a customer.")}, status=400)
    rows, following = customers_after(user, after)
    return JsonResponse({"customers": rows, "next": following}, json_dumps_params={"ensure_ascii": False})
