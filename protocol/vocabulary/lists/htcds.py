"""Values of HTCDS 2.0 that no code of ours stands for, each with the reason.

Source: HTCDS Field Standards 2.0 of 24 December 2021, https://github.com/UNMigration/HTCDS, CC BY 4.0.
"""

from collections.abc import Mapping
from typing import Final

LEFT_OUT_LISTS: Final[Mapping[str, str]] = {
    "vic_Vulnerabilities": "the standard itself has given this list up",
    "per_RoleInProcess": "names and roles of suspects never travel, and no form of ours asks for them",
}
"""Whole lists, by the name of their field."""

LEFT_OUT_VALUES: Final[Mapping[tuple[str, str], str]] = {
    ("cas_Status", "ClosedReferred"): "a referral closes no case: it goes on as accompanying",
}
"""Single values, by their field and name."""
