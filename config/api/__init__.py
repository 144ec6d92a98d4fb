"""The HTTP API that integrations build on: keys, errors, paging, idempotency, and its endpoints over the house's verbs.

Every endpoint is an `ApiView` (`config.api.views`) in `config/api/endpoints/`, named in `config/api/urls.py`.
"""
