"""What every tab of a customer's record is given."""

from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode

from django.http import HttpRequest
from django.utils import timezone

from crm.extensions import CustomerInsights, Explanation
from crm.models import User
from customers.selectors.coming import ComingDay
from customers.selectors.profiles import CustomerRecord
from customers.selectors.sections import Completeness
from customers.selectors.tasks import TaskRow

YEAR = timedelta(days=365)
RECORDS_SHOWN = 20
DAYS_AHEAD = 60


@dataclass(frozen=True, slots=True)
class Visit:
    """One look at one customer: who looks, at what, how much of it is known, and what the published run says.

    ``tasks`` are open; ``coming`` are their days of the next DAYS_AHEAD days, the next first.
    """

    request: HttpRequest
    user: User
    record: CustomerRecord
    insights: CustomerInsights | None
    explanation: Explanation | None
    completeness: Completeness
    tasks: list[TaskRow]
    coming: list[ComingDay]

    @property
    def as_of(self) -> date:
        """The last day that counts: the published run's, today without one."""
        return self.explanation.as_of if self.explanation else timezone.localdate()

    @property
    def window(self) -> tuple[date, date]:
        """The days [start, end) that the published run looked at, the last year without one."""
        if self.explanation:
            return self.explanation.window_start, self.explanation.window_end
        end = self.as_of + timedelta(days=1)
        return end - YEAR, end

    def tab_url(self, tab: str, **parameters: str) -> str:
        """Return the address of a tab of this record."""
        query = {"tab": tab, **parameters} if tab != "overview" else parameters
        return f"{self.request.path}?{urlencode(query)}" if query else self.request.path
