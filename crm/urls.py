"""The composition root: the only module of the platform that knows the apps."""

from django.urls import include, path

from crm.views import audit, notifications
from crm.views.access import directory, rights, sign_ins, teams, tokens, users
from crm.views.background import background
from crm.views.errors import not_here
from crm.views.health import healthz, readyz
from crm.views.home import home
from crm.views.jobs import cancel_job, job_progress, retry_job
from crm.views.metrics import metrics
from crm.views.preferences import set_language
from crm.views.styleguide import styleguide

urlpatterns = [
    path("", home, name="home"),
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("metrics", metrics, name="metrics"),
    # Addresses are set by an administrator, and nobody signs up: these pages are not there.
    path("accounts/email/", not_here, name="no_email"),
    path("accounts/social/", not_here, name="no_connections"),
    path("accounts/social/signup/", not_here, name="no_social_signup"),
    path("accounts/sign-ins/", sign_ins.own_sign_ins, name="sign_ins"),
    path("accounts/sign-ins/others/end/", sign_ins.end_others, name="sign_ins_end_others"),
    path("accounts/sign-ins/<int:pk>/end/", sign_ins.end_one, name="sign_in_end"),
    path("accounts/tokens/", tokens.own_tokens, name="tokens"),
    path("accounts/tokens/<int:pk>/revoke/", tokens.revoke, name="token_revoke"),
    path("accounts/2fa/", include("allauth.mfa.urls")),
    path("accounts/social/", include("allauth.socialaccount.urls")),
    path("accounts/oidc/<str:provider_id>/login/", directory.enter, name="openid_connect_login"),
    path("accounts/", include("allauth.socialaccount.providers.openid_connect.urls")),
    path("accounts/", include("allauth.account.urls")),
    path("access/users/", users.user_list, name="users"),
    path("access/users/new/", users.invite, name="user_invite"),
    path("access/users/<int:pk>/", users.edit_user, name="user"),
    path("access/users/<int:pk>/mail/", users.send_again, name="user_mail"),
    path("access/users/<int:pk>/sign-out/", users.sign_out, name="user_sign_out"),
    path("access/users/<int:pk>/factors/", users.take_factors, name="user_factors"),
    path("access/teams/", teams.team_list, name="teams"),
    path("access/teams/new/", teams.edit_team, name="team_new"),
    path("access/teams/<int:pk>/", teams.edit_team, name="team"),
    path("access/rights/", rights.rights, name="rights"),
    path("i18n/setlang/", set_language, name="set_language"),
    path("audit/", audit.trail, name="audit"),
    path("audit/export/", audit.export, name="audit_export"),
    path("jobs/", background, name="background"),
    path("jobs/<int:pk>/", job_progress, name="job_progress"),
    path("jobs/<int:pk>/cancel/", cancel_job, name="job_cancel"),
    path("jobs/<int:pk>/retry/", retry_job, name="job_retry"),
    path("notifications/", notifications.notification_list, name="notifications"),
    path("notifications/unread/", notifications.unread, name="notifications_unread"),
    path("notifications/read/", notifications.mark_read, name="notifications_read"),
    path("notifications/mail/", notifications.choose_mail, name="notifications_mail"),
    path("notifications/stop/<str:token>/", notifications.stop_digest, name="digest_stop"),
    path("styleguide/", styleguide, name="styleguide"),
    path("customers/", include("customers.urls")),
    path("analysis/", include("analysis.urls")),
]

handler403 = "crm.views.errors.permission_denied"
handler404 = "crm.views.errors.page_not_found"
handler500 = "crm.views.errors.server_error"
