"""What customers do and say."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from crm.templatetags.format import day, days, moment
from customers.forms.parts.behaviour import (
    ComplaintForm,
    InteractionForm,
    InterviewForm,
    OpinionForm,
    ResolutionForm,
    SurveyAnswerForm,
)
from customers.models import Complaint, Interaction, Interview, Opinion, Stance, SurveyAnswer
from customers.views.parts.kind import Kind, Line, together
from customers.views.parts.money import amount

_TONES = {Stance.LIKES: "good", Stance.DISLIKES: "warn"}


def _interaction(row: Interaction) -> Line:
    return Line(
        title=row.body or str(row.get_response_type_display()),
        details=together(
            moment(row.occurred_at),
            row.get_response_type_display() if row.body else "",
            row.get_channel_display(),
            row.get_direction_display(),
            row.value and amount(row.value),
            row.product,
            row.rep,
        ),
    )


def _complaint(row: Complaint) -> Line:
    content = "" if row.is_satisfied is None else _("satisfied") if row.is_satisfied else _("not satisfied")
    resolution = _("Resolution: %(text)s") % {"text": row.resolution} if row.resolution else ""
    return Line(
        title=str(row.get_complaint_type_display()),
        details=together(day(row.reported_at), row.product, row.rep, _time_taken(row), content),
        text="\n".join(filter(None, [row.cause, resolution])),
        tag=_("Resolved") if row.resolved_at else pgettext("complaint", "Open"),
        tone="good" if row.resolved_at else "warn",
    )


def _time_taken(row: Complaint) -> str:
    if row.resolved_at is None:
        return ""
    return _("resolved in %(days)s") % {"days": days((row.resolved_at - row.reported_at).days)}


def _opinion(row: Opinion) -> Line:
    handled = (
        _("handled on %(day)s") % {"day": day(row.handled_on)} if row.handled_on else _("not handled yet")
    )
    return Line(
        title=str(row.product or _("Our products")),
        details=together(day(row.stated_on), row.get_new_product_attitude_display(), row.rep, handled),
        text=row.statement,
        tag=row.get_stance_display(),
        tone=_TONES.get(Stance(row.stance), ""),
    )


def _answer(row: SurveyAnswer) -> Line:
    return Line(title=row.question, details=together(row.survey, day(row.answered_on)), text=row.answer)


def _interview(row: Interview) -> Line:
    return Line(title=day(row.held_on), details=together(row.interviewer), text=row.notes)


KINDS: dict[str, Kind] = {
    "interactions": Kind(
        model=Interaction,
        form=InteractionForm,
        line=_interaction,
        title=gettext_lazy("Interactions"),
        add=gettext_lazy("Log an interaction"),
        empty=gettext_lazy("No call, visit or message was logged yet."),
        icon="chat-square-text",
        tab="behaviour",
        related=("product", "rep"),
        shown=5,
    ),
    "complaints": Kind(
        model=Complaint,
        form=ComplaintForm,
        line=_complaint,
        title=gettext_lazy("Complaints"),
        add=gettext_lazy("Report a complaint"),
        empty=gettext_lazy("No complaints."),
        icon="exclamation-triangle",
        tab="behaviour",
        related=("product", "rep"),
        extra=(gettext_lazy("Resolve"), "resolutions"),
    ),
    "resolutions": Kind(
        model=Complaint,
        form=ResolutionForm,
        line=_complaint,
        title=gettext_lazy("Complaints"),
        add=gettext_lazy("Report a complaint"),
        empty=gettext_lazy("No complaints."),
        icon="exclamation-triangle",
        tab="behaviour",
        related=("product", "rep"),
    ),
    "opinions": Kind(
        model=Opinion,
        form=OpinionForm,
        line=_opinion,
        title=gettext_lazy("Opinions of products"),
        add=gettext_lazy("Note an opinion"),
        empty=gettext_lazy("Nobody wrote down yet what they think of our products."),
        icon="chat-square-text",
        tab="behaviour",
        related=("product", "rep"),
    ),
    "answers": Kind(
        model=SurveyAnswer,
        form=SurveyAnswerForm,
        line=_answer,
        title=gettext_lazy("Survey answers"),
        add=gettext_lazy("Add an answer"),
        empty=gettext_lazy("No survey was answered yet."),
        icon="clipboard-check",
        tab="behaviour",
        related=("survey",),
    ),
    "interviews": Kind(
        model=Interview,
        form=InterviewForm,
        line=_interview,
        title=gettext_lazy("Interviews"),
        add=gettext_lazy("Add an interview"),
        empty=gettext_lazy("No interview was held yet."),
        icon="journal-text",
        tab="behaviour",
        related=("interviewer",),
    ),
}
