"""Addresses of the customers' pages."""

from django.urls import path

from customers.views import editing, finance, profiles
from customers.views import acquisition, competitors, directory
from customers.views.parts import choices
from customers.views.parts import pages as parts
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
    path("choices/<slug:what>/", choices.suggestions, name="choices"),
    path("<int:pk>/parts/<slug:kind>/", parts.part_list, name="parts"),
    path("<int:pk>/parts/<slug:kind>/new/", parts.new_part, name="part_new"),
    path("<int:pk>/parts/<slug:kind>/<slug:part>/", parts.edit_part, name="part"),
    path("<int:pk>/parts/<slug:kind>/<slug:part>/remove/", parts.remove, name="part_remove"),
    path("<int:pk>/parts/<slug:kind>/<slug:part>/put-back/", parts.put_back, name="part_put_back"),
    path("competitors/", competitors.competitor_list, name="competitors"),
    path("competitors/<int:pk>/", competitors.competitor, name="competitor"),
    path("campaigns/", acquisition.campaign_list, name="campaigns"),
    path("channels/", acquisition.channel_list, name="channels"),
    path("informants/", acquisition.informant_list, name="informants"),
    path("informants/<int:pk>/", acquisition.informant, name="informant"),
    path("directory/<slug:register>/new/", directory.new_entry, name="entry_new"),
    path("directory/<slug:register>/<int:pk>/", directory.edit_entry, name="entry"),
]
