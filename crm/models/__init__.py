"""The platform's records."""

from crm.models.audit import AuditEntry
from crm.models.jobs import Job, JobState
from crm.models.notices import MailPreference, Notification
from crm.models.saved_views import SavedView
from crm.models.sign_ins import ApiToken, SignIn, TokenScope
from crm.models.users import Role, Team, User

__all__ = [
    "ApiToken",
    "AuditEntry",
    "Job",
    "JobState",
    "MailPreference",
    "Notification",
    "Role",
    "SavedView",
    "SignIn",
    "Team",
    "TokenScope",
    "User",
]
