"""Addresses of the customers' pages."""

from django.urls import path

from customers.views import editing, finance, profiles
from customers.views.record import page

app_name = "customers"

urlpatterns = [
    path("", profiles.customer_list, name="list"),
    path("new/", editing.new_customer, name="new"),
    path("suggest/", profiles.suggest, name="suggest"),
    path("orders/", finance.order_list, name="orders"),
    path("orders/<int:pk>/", finance.order, name="order"),
    path("<int:pk>/", page.record, name="record"),
    path("<int:pk>/edit/", editing.edit_customer, name="edit"),
]
