"""The staff site: unfold's, named after the product."""

from unfold.sites import UnfoldAdminSite


class StaffSite(UnfoldAdminSite):
    site_header = site_title = "Consent Desk"
