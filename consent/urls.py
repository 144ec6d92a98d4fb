"""Addresses that providers and contacts knock at."""

from django.urls import path

from consent.views import twilio

app_name = "consent"
urlpatterns = [
    path("hooks/twilio/inbound/", twilio.inbound, name="twilio-inbound"),
    path("hooks/twilio/status/", twilio.status, name="twilio-status"),
]
