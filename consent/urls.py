"""Addresses that providers and contacts knock at."""

from django.urls import path

from consent.views import email, twilio

app_name = "consent"
urlpatterns = [
    path("hooks/email/<slug:esp>/", email.hook, name="email-hook"),
    path("hooks/twilio/inbound/", twilio.inbound, name="twilio-inbound"),
    path("hooks/twilio/status/", twilio.status, name="twilio-status"),
]
