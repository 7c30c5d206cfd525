"""Addresses of the analysis pages."""

from django.urls import path

from analysis.views import lists, policies, programs
from analysis.views.annotations import annotation_drop, annotations
from analysis.views.churn import churn
from analysis.views.churn_work import churn_work
from analysis.views.contribution import contribution
from analysis.views.desk import desk
from analysis.views.measures.page import export, measure
from analysis.views.measures.pages import FRAMED
from analysis.views.overview import overview
from analysis.views.runs import run, run_list
from analysis.views.saved_views import drop_view, save_view
from analysis.views.tiers import tiers
from analysis.views.work_files import export_desk, export_work

app_name = "analysis"

urlpatterns = [
    path("", overview, name="overview"),
    path("annotations/", annotations, name="annotations"),
    path("annotations/<int:pk>/drop/", annotation_drop, name="annotation_drop"),
    path("views/", save_view, name="view_save"),
    path("views/<int:pk>/drop/", drop_view, name="view_drop"),
    path("tiers/", tiers, name="tiers"),
    path("contribution/", contribution, name="contribution"),
    path("churn/", churn, name="churn"),
    path("team/", desk, name="desk"),
    path("team/export/", export_desk, name="desk_export"),
    path("churn/work/", churn_work, name="work"),
    path("churn/work/export/", export_work, name="work_export"),
    path("lists/", lists.first_list, name="lists"),
    path("lists/<slug:key>/", lists.five_list, name="list"),
    path("lists/<slug:key>/export/", lists.export_list, name="list_export"),
    path("policy/", policies.policy, name="policy"),
    path("policy/drafts/<int:pk>/", policies.draft, name="policy_draft"),
    path("policy/versions/", policies.versions, name="policy_versions"),
    path("policy/versions/<int:number>/", policies.version, name="policy_version"),
    path("policy/versions/<int:number>/revert/", policies.revert, name="policy_revert"),
    path("customers.json", programs.customers, name="programs"),
    path("runs/", run_list, name="runs"),
    path("runs/<int:pk>/", run, name="run"),
    *(path(f"{page.slug}/", measure, {"name": name}, name=name) for name, page in FRAMED.items()),
    path("<slug:name>/export/", export, name="export"),
]
