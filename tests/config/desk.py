"""Helpers for the tests of the contact page: logging in, and posting what its forms post."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.contrib.messages import get_messages
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from config.contact_desk.fingerprint import fingerprint
from consent.selectors.dnd import contact_dnd
from contacts.models import Contact


def as_user(user: User) -> Client:
    """Return a browser in which somebody is logged in."""
    client = Client()
    client.force_login(user)
    return client


def page(contact: Contact) -> str:
    return reverse("admin:contacts_contact_change", args=[contact.pk])


def press(client: Client, contact: Contact, action: str, **fields: object) -> HttpResponse:
    """Post a form of the DND panel as it was rendered just now."""
    fields.setdefault("seen", fingerprint(contact_dnd(contact.pk)))
    return client.post(reverse("admin:contact-desk-dnd", args=[contact.pk, action]), fields)


def press_list(client: Client, contact: Contact, action: str, **fields: object) -> HttpResponse:
    """Post a form of the Lists tab."""
    return client.post(reverse("admin:contact-desk-lists-act", args=[contact.pk, action]), fields)


def said(response: HttpResponse) -> str:
    """Return the messages that this answer left for the next page."""
    return " ".join(str(message) for message in get_messages(response.wsgi_request)._queued_messages)
