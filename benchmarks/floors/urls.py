from django.urls import path

from benchmarks.floors import decisions, events, views

urlpatterns = [
    path("healthz", views.empty),
    path("empty/", views.empty),
    path("insert/", views.insert),
    path("orm/", views.by_orm),
    path("decisions/static/<int:count>/", decisions.static),
    path("decisions/usual/", decisions.Usual.as_view()),
    path("events/static/<int:count>/", events.static),
    path("events/usual/", events.Usual.as_view()),
    path("orm-history/", views.by_orm_with_history),
]
