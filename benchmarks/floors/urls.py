from django.urls import path

from benchmarks.floors import views

urlpatterns = [
    path("healthz", views.empty),
    path("empty/", views.empty),
    path("insert/", views.insert),
    path("orm/", views.by_orm),
    path("orm-history/", views.by_orm_with_history),
]
