"""The composition root: the only module of the platform that knows the apps."""

from django.urls import include, path

from crm.views.errors import not_here
from crm.views.health import healthz
from crm.views.home import home
from crm.views.jobs import cancel_job, job_progress, retry_job
from crm.views.preferences import set_language
from crm.views.styleguide import styleguide

urlpatterns = [
    path("", home, name="home"),
    path("healthz", healthz, name="healthz"),
    # No mail is sent yet: an administrator sets addresses and passwords, and these pages are not there.
    path("accounts/password/reset/", not_here, name="no_password_reset"),
    path("accounts/email/", not_here, name="no_email"),
    path("accounts/", include("allauth.account.urls")),
    path("i18n/setlang/", set_language, name="set_language"),
    path("jobs/<int:pk>/", job_progress, name="job_progress"),
    path("jobs/<int:pk>/cancel/", cancel_job, name="job_cancel"),
    path("jobs/<int:pk>/retry/", retry_job, name="job_retry"),
    path("styleguide/", styleguide, name="styleguide"),
    path("customers/", include("customers.urls")),
    path("analysis/", include("analysis.urls")),
]

handler500 = "crm.views.errors.server_error"
