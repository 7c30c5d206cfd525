"""The composition root: the only module of the platform that knows the apps."""

from django.urls import include, path

from crm.views.health import healthz
from crm.views.home import home
from crm.views.styleguide import styleguide

urlpatterns = [
    path("", home, name="home"),
    path("healthz", healthz, name="healthz"),
    path("accounts/", include("allauth.account.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("styleguide/", styleguide, name="styleguide"),
    path("customers/", include("customers.urls")),
    path("analysis/", include("analysis.urls")),
]
