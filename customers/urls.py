"""Addresses of the customers' pages."""

from django.urls import path

from customers.views import (
    acquisition,
    bulk,
    competitors,
    deleting,
    directory,
    editing,
    exports,
    fields,
    finance,
    lists,
    merging,
    privacy,
    quick_log,
    saved_views,
    search,
    sections,
    tasks,
    today,
)
from customers.views.parts import choices
from customers.views.parts import pages as parts
from customers.views.record import page
from customers.views.record.export import export as record_export

app_name = "customers"

urlpatterns = [
    *(
        path(address, lists.show_list, {"key": key}, name=name)
        for address, key, name in (
            ("", "customers", "list"),
            ("people/", "people", "people"),
            ("orders/", "orders", "orders"),
            ("products/", "products", "products"),
            ("payments/", "payments", "payments"),
            ("complaints/", "complaints", "complaints"),
            ("interactions/", "interactions", "interactions"),
            ("tasks/", "tasks", "tasks"),
        )
    ),
    path("lists/<slug:key>/views/", saved_views.save_view, name="save_view"),
    path("lists/views/<int:pk>/drop/", saved_views.drop_view, name="drop_view"),
    path("lists/<slug:key>/change/", bulk.bulk_change, name="bulk"),
    path("changes/<int:pk>/", bulk.bulk_job, name="bulk_job"),
    path("changes/<int:pk>/undo/", bulk.undo_bulk, name="undo_bulk"),
    path("lists/<slug:key>/export/", exports.export, name="export"),
    path("exports/", exports.exports, name="exports"),
    path("exports/<int:pk>/", exports.export_job, name="export_job"),
    path("exports/<int:pk>/file/", exports.export_file, name="export_file"),
    path("new/", editing.new_customer, name="new"),
    path("suggest/", search.suggest, name="suggest"),
    path("orders/<int:pk>/", finance.order, name="order"),
    path("<int:pk>/", page.record, name="record"),
    path("<int:pk>/edit/", editing.edit_customer, name="edit"),
    path("today/", today.today, name="today"),
    path("log/", quick_log.log, name="log"),
    path("log/customers/", quick_log.pick, name="log_pick"),
    path("log/<str:token>/undo/", quick_log.undo, name="log_undo"),
    path("tasks/<int:pk>/", tasks.task, name="task"),
    path("tasks/<int:pk>/done/", tasks.done, name="task_done"),
    path("tasks/<int:pk>/reopen/", tasks.reopen, name="task_reopen"),
    path("tasks/<int:pk>/snooze/", tasks.snooze, name="task_snooze"),
    path("deleted/", deleting.deleted, name="deleted"),
    path("merges/<int:pk>/undo/", merging.undo, name="merge_undo"),
    path("<int:pk>/tasks/new/", tasks.new_task, name="task_new"),
    path("<int:pk>/delete/", deleting.delete, name="delete"),
    path("<int:pk>/restore/", deleting.restore, name="restore"),
    path("<int:pk>/merge/", merging.merge, name="merge"),
    path("<int:pk>/different/", merging.different, name="different"),
    path("<int:pk>/export/", record_export, name="record_export"),
    path("<int:pk>/profile/<slug:slug>/", sections.section, name="section"),
    path("<int:pk>/profile/<slug:slug>/edit/", sections.edit_section, name="section_edit"),
    path("<int:pk>/fields/<str:key>/confirm/", sections.confirm_field, name="field_confirm"),
    path("<int:pk>/sensitive/<str:key>/", privacy.sensitive, name="sensitive"),
    path("fields/", fields.field_dictionary, name="fields"),
    path("fields.json", fields.field_metadata, name="field_metadata"),
    path("fields/<str:key>/switch/", fields.field_switch, name="field_switch"),
    path("fields/custom/new/", fields.custom_field, name="custom_field_new"),
    path("fields/custom/<int:pk>/", fields.custom_field, name="custom_field"),
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
