"""Look-ups on other people's servers: only with a contact, and what failed is never taken for no match."""

from kg.link.live.polite import Failed, Found, Polite
from kg.link.live.service import LiveLinker
from kg.link.live.verifying import Checked, check_items

__all__ = ["Checked", "Failed", "Found", "LiveLinker", "Polite", "check_items"]
