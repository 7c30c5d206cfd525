"""Addresses of the analysis pages."""

from django.urls import URLPattern

app_name = "analysis"

urlpatterns: list[URLPattern] = []
