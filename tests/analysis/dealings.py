"""Random records beside a random trade: what customers are, where they came from, how they were dealt with."""

import datetime
from decimal import Decimal

from customers.models import (
    Campaign,
    Channel,
    ChannelKind,
    CompanyProfile,
    Complaint,
    ComplaintType,
    ContactChannel,
    Customer,
    Industry,
    Informant,
    Interaction,
    Opinion,
    OwnershipType,
    Referral,
    Region,
    RegionLevel,
    ResponseType,
    ServiceCost,
    ServiceKind,
    Stance,
    WishListEntry,
)
from tests.analysis.trade import Trade

AS_OF = datetime.date(2024, 12, 20)
FIRST = datetime.datetime(2023, 6, 1, tzinfo=datetime.UTC)


class Dealings(Trade):
    """A trade whose customers also complain, are visited, were told of, and are wished for."""

    def __init__(self, seed: int, customers: int = 16, orders: int = 90) -> None:
        super().__init__(seed, customers, orders)
        industries = [Industry.objects.create(name=f"I{place}") for place in range(3)]
        channels = [Channel.objects.create(name=f"S{place}", kind=ChannelKind.WEB) for place in range(3)]
        campaigns = [
            Campaign.objects.create(
                code=f"M{place}",
                name=f"M{place}",
                channel=self.random.choice(channels),
                starts_on=datetime.date(2023, 1, 1) + datetime.timedelta(days=250 * place),
                cost=self._money(),
            )
            for place in range(4)
        ]
        regions = _regions()
        for customer in self.customers:
            customer.region = self.random.choice([*regions, None])
            campaign = self.random.choice([*campaigns, None])
            customer.industry = self.random.choice([*industries, None])
            customer.ownership_type = self.random.choice(["", *OwnershipType.values])
            customer.campaign, customer.source = campaign, campaign.channel if campaign else None
            customer.save()
            if self.random.random() < 0.5:
                headcount = self.random.choice([None, 5, 20, 400])
                CompanyProfile.objects.create(customer=customer, headcount=headcount)
        for _ in range(40):
            self.complain()
            self.serve()
            self.meet()
        self.tell()
        self.wish()

    def complain(self) -> None:
        """Somebody complains, and somebody has an opinion; perhaps we deal with it."""
        reported = self._moment()
        done = self.random.choice([None, reported + datetime.timedelta(hours=self.random.randrange(5_000))])
        Complaint.objects.create(
            customer=self.random.choice(self.customers),
            complaint_type=self.random.choice(ComplaintType.values),
            product=self.random.choice([*self.products, None]),
            reported_at=reported,
            resolved_at=done,
            is_satisfied=self.random.choice([True, False, None]) if done else None,
            cause=self.random.choice(["", "wrong size", " Wrong  size", "rain"]),
        )
        stated = self._day()
        Opinion.objects.create(
            customer=self.random.choice(self.customers),
            product=self.random.choice(self.products),
            stance=self.random.choice(Stance.values),
            stated_on=stated,
            handled_on=self.random.choice(
                [None, stated + datetime.timedelta(days=self.random.randrange(90))]
            ),
        )

    def serve(self) -> None:
        """Serving somebody costs something."""
        ServiceCost.objects.create(
            customer=self.random.choice(self.customers),
            kind=self.random.choice(ServiceKind.values),
            incurred_on=self._day(),
            amount=self._money(),
        )

    def meet(self) -> None:
        """Somebody is visited, called or written to."""
        Interaction.objects.create(
            customer=self.random.choice(self.customers),
            response_type=self.random.choice(ResponseType.values),
            channel=self.random.choice(ContactChannel.values),
            occurred_at=self._moment(),
        )

    def tell(self) -> None:
        """Informants tell of customers; one says nothing."""
        informants = [Informant.objects.create(name=f"N{place}") for place in range(3)]
        for customer in self.random.sample(self.customers, 8):
            for informant in self.random.sample(informants[:2], self.random.randrange(1, 3)):
                day = self._day()
                Referral.objects.create(
                    informant=informant,
                    customer=customer,
                    referred_on=day,
                    payout=self._money(),
                    paid_on=self.random.choice([None, day + datetime.timedelta(days=30)]),
                )

    def wish(self) -> None:
        """Some customers are on the wish list of this year or the next."""
        for customer in self.random.sample(self.customers, 10):
            WishListEntry.objects.create(
                customer=customer,
                year=self.random.choice([2024, 2024, 2025]),
                next_step=self.random.choice(["", "Call"]),
            )

    def delete_somebody(self) -> Customer:
        """A customer is deleted: no measure may know of them any more."""
        gone = self.random.choice(self.customers)
        Customer.objects.filter(pk=gone.pk).update(deleted_at=FIRST)
        return gone

    def _money(self) -> Decimal:
        return Decimal(self.random.randrange(1, 500_000)) / 100

    def _moment(self) -> datetime.datetime:
        return FIRST + datetime.timedelta(minutes=self.random.randrange(60 * 24 * 600))


def _regions() -> list[Region]:
    """A country with two areas, one of them with a province."""
    paths = ("D/", "D/D1/", "D/D1/D11/", "D/D2/")
    found: dict[str, Region] = {}
    for path in paths:
        code = path.rstrip("/").rpartition("/")[2]
        parent = found.get(path.removesuffix(f"{code}/"))
        found[path] = Region.objects.create(
            code=code, name=code, level=RegionLevel.AREA, path=path, parent=parent
        )
    return list(found.values())


def dealings(seed: int) -> Dealings:
    """A seeded random company, one of whose customers has been deleted."""
    company = Dealings(seed)
    company.delete_somebody()
    return company
