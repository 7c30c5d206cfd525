"""Addresses of the analysis pages."""

from django.urls import path

from analysis.views.churn import churn
from analysis.views.contribution import contribution
from analysis.views.runs import run, run_list
from analysis.views.tiers import tiers

app_name = "analysis"

urlpatterns = [
    path("tiers/", tiers, name="tiers"),
    path("contribution/", contribution, name="contribution"),
    path("churn/", churn, name="churn"),
    path("runs/", run_list, name="runs"),
    path("runs/<int:pk>/", run, name="run"),
]
