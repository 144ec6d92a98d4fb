"""Addresses that providers and contacts knock at."""

from django.urls import path

from consent.views import email, meta, twilio, voice

app_name = "consent"
urlpatterns = [
    path("hooks/email/<slug:esp>/", email.hook, name="email-hook"),
    path("hooks/meta/", meta.hook, name="meta-hook"),
    path("hooks/twilio/inbound/", twilio.inbound, name="twilio-inbound"),
    path("hooks/twilio/status/", twilio.status, name="twilio-status"),
    path("hooks/twilio/voice/", voice.call, name="twilio-voice"),
]
