"""Addresses of the analysis pages."""

from django.urls import path

from analysis.views import policies
from analysis.views.churn import churn
from analysis.views.contribution import contribution
from analysis.views.runs import run, run_list
from analysis.views.tiers import tiers

app_name = "analysis"

urlpatterns = [
    path("tiers/", tiers, name="tiers"),
    path("contribution/", contribution, name="contribution"),
    path("churn/", churn, name="churn"),
    path("policy/", policies.policy, name="policy"),
    path("policy/drafts/<int:pk>/", policies.draft, name="policy_draft"),
    path("policy/versions/", policies.versions, name="policy_versions"),
    path("policy/versions/<int:number>/", policies.version, name="policy_version"),
    path("policy/versions/<int:number>/revert/", policies.revert, name="policy_revert"),
    path("runs/", run_list, name="runs"),
    path("runs/<int:pk>/", run, name="run"),
]
