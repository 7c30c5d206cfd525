"""Gifts, opportunities, notes and referrals."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.templatetags.format import day, moment
from customers.forms.parts.acquisition import ReferralForm
from customers.forms.parts.working import GiftForm, NoteForm, OpportunityForm
from customers.models import Gift, Note, Opportunity, Referral, Stage
from customers.views.parts.kind import Kind, Line, together
from customers.views.parts.money import amount

_TONES = {Stage.WON: "good", Stage.LOST: ""}


def _gift(row: Gift) -> Line:
    return Line(
        title=row.description,
        details=together(day(row.given_on), row.occasion, row.value and amount(row.value), row.given_by),
    )


def _opportunity(row: Opportunity) -> Line:
    chance = f"{row.probability}%" if row.probability is not None else ""
    closes = _("closes %(day)s") % {"day": day(row.close_on)} if row.close_on else ""
    return Line(
        title=row.title,
        details=together(row.amount and amount(row.amount), chance, closes, row.owner),
        tag=row.get_stage_display(),
        tone=_TONES.get(Stage(row.stage), "info"),
    )


def _note(row: Note) -> Line:
    return Line(title=row.body, details=together(moment(row.created_at), row.author))


def _referral(row: Referral) -> Line:
    paid = _("paid on %(day)s") % {"day": day(row.paid_on)} if row.paid_on else ""
    return Line(
        title=row.informant.name,
        details=together(day(row.referred_on), row.payout and amount(row.payout), paid),
    )


KINDS: dict[str, Kind] = {
    "opportunities": Kind(
        model=Opportunity,
        form=OpportunityForm,
        line=_opportunity,
        title=gettext_lazy("Opportunities"),
        add=gettext_lazy("Add an opportunity"),
        empty=gettext_lazy("No sale is in sight: what could they need next?"),
        icon="graph-up-arrow",
        tab="trade",
        related=("owner",),
    ),
    "gifts": Kind(
        model=Gift,
        form=GiftForm,
        line=_gift,
        title=gettext_lazy("Gifts"),
        add=gettext_lazy("Note a gift"),
        empty=gettext_lazy("No gift was given yet."),
        icon="gift",
        tab="relations",
        related=("given_by",),
    ),
    "notes": Kind(
        model=Note,
        form=NoteForm,
        line=_note,
        title=gettext_lazy("Notes"),
        add=gettext_lazy("Write a note"),
        empty=gettext_lazy("No notes yet."),
        icon="journal-text",
        tab="behaviour",
        related=("author",),
    ),
    "referrals": Kind(
        model=Referral,
        form=ReferralForm,
        line=_referral,
        title=gettext_lazy("Who told us of them"),
        add=gettext_lazy("Name who told us"),
        empty=gettext_lazy("Nobody is named who told us of them."),
        icon="megaphone",
        tab="relations",
        related=("informant",),
    ),
}
