"""What the acts of the audit trail are called."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

ACTS: dict[str, str | Promise] = {
    "sign_in": _("Signed in"),
    "sign_in.failed": _("Sign-in failed"),
    "sign_in.end": _("Sign-ins ended"),
    "sign_out": _("Signed out"),
    "user.mail": _("Mail to choose a password sent"),
    "token.make": _("API token made"),
    "token.revoke": _("API token revoked"),
    "sensitive.store": _("Sensitive value kept"),
    "sensitive.reveal": _("Sensitive value read"),
    "field.switch": _("Sensitive field switched"),
    "field.custom": _("Field of our own changed"),
    "field.confirm": _("Field confirmed"),
    "consent.give": _("Consent recorded"),
    "consent.withdraw": _("Consent withdrawn"),
    "customer.create": _("Customer entered"),
    "customer.edit": _("Customer edited"),
    "profile.edit": _("Profile edited"),
    "customer.delete": _("Customer deleted"),
    "customer.restore": _("Customer brought back"),
    "customer.merge": _("Customers merged"),
    "customer.unmerge": _("Merge undone"),
    "customer.share": _("Customer shared"),
    "customer.export": _("Exported"),
    "customer.erase": _("Person erased"),
    "subject.file": _("Person’s file made"),
    "audit.export": _("Audit trail exported"),
    "import.started": _("Import begun"),
    "import.finished": _("Import done"),
    "policy.adopt": _("Policy adopted"),
    "retention.decide": _("Retention decided"),
    "retention.enforce": _("Kept too long, destroyed"),
    "backup.take": _("Backup taken"),
    "backup.drill": _("Restore drill"),
    "backup.restore": _("Backup restored"),
    "keys.rotate": _("Keys rotated"),
}


def act_in_words(action: str) -> str:
    """Return what an act is called; one without a name is shown by its key."""
    return str(ACTS.get(action, action))
