"""Addresses of the API, below /api/v1/."""

from __future__ import annotations

from django.urls import path

from config.api import openapi
from config.api.endpoints import (
    audience,
    contacts,
    decisions,
    dnd,
    events,
    evidence,
    evidence_review,
    lists,
    members,
    members_bulk,
    merging,
    suppressions,
    timeline,
    webhooks,
)

urlpatterns = [
    path("schema/", openapi.schema, name="api-schema"),
    path("docs/", openapi.docs, name="api-docs"),
    path("decisions/", decisions.Decisions.as_view(), name="api-decisions"),
    path("contacts/", contacts.Contacts.as_view(), name="api-contacts"),
    path("contacts/merge/", merging.Merge.as_view(), name="api-merge"),
    path("contacts/<uuid:contact_id>/", contacts.OneContact.as_view(), name="api-contact"),
    path("contacts/<uuid:contact_id>/timeline/", timeline.Timeline.as_view(), name="api-timeline"),
    path("contacts/<uuid:contact_id>/dnd/", dnd.ContactDndView.as_view(), name="api-dnd"),
    path("contacts/<uuid:contact_id>/dnd/<str:channel>/", dnd.ChannelDndView.as_view(), name="api-dnd-channel"),
    path("contacts/<uuid:contact_id>/do-not-contact/", dnd.DoNotContactView.as_view(), name="api-do-not-contact"),
    path("contacts/<uuid:contact_id>/block/", dnd.BlockView.as_view(), name="api-block"),
    path("lists/", lists.Lists.as_view(), name="api-lists"),
    path("lists/<slug:slug>/", lists.OneList.as_view(), name="api-list"),
    path("lists/<slug:slug>/members/", members.Members.as_view(), name="api-members"),
    path("lists/<slug:slug>/members/bulk/", members_bulk.MembersBulk.as_view(), name="api-members-bulk"),
    path("lists/<slug:slug>/members/<uuid:contact_id>/", members.Member.as_view(), name="api-member"),
    path("lists/<slug:slug>/audience/", audience.Audience.as_view(), name="api-audience"),
    path("suppressions/", suppressions.Suppressions.as_view(), name="api-suppressions"),
    path("suppressions/bulk/", suppressions.SuppressionsBulk.as_view(), name="api-suppressions-bulk"),
    path("evidence/", evidence.EvidenceList.as_view(), name="api-evidence-list"),
    path("evidence/<uuid:evidence_id>/", evidence.OneEvidence.as_view(), name="api-evidence"),
    path("evidence/<uuid:evidence_id>/approve/", evidence_review.Approve.as_view(), name="api-evidence-approve"),
    path("evidence/<uuid:evidence_id>/reject/", evidence_review.Reject.as_view(), name="api-evidence-reject"),
    path("events/", events.Events.as_view(), name="api-events"),
    path("webhook-endpoints/", webhooks.WebhookEndpoints.as_view(), name="api-webhooks"),
    path("webhook-endpoints/<uuid:endpoint_id>/", webhooks.OneWebhookEndpoint.as_view(), name="api-webhook"),
    path(
        "webhook-endpoints/<uuid:endpoint_id>/rotate-secret/",
        webhooks.RotateSecret.as_view(),
        name="api-webhook-secret",
    ),
    path("webhook-endpoints/<uuid:endpoint_id>/replay/", webhooks.ReplayNotices.as_view(), name="api-webhook-replay"),
    path("webhook-endpoints/<uuid:endpoint_id>/test/", webhooks.SendTest.as_view(), name="api-webhook-test"),
    path("webhook-endpoints/<uuid:endpoint_id>/notices/", webhooks.Notices.as_view(), name="api-webhook-notices"),
]
