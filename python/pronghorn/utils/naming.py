"""Automatic names; the functions live in engine/naming.py."""

from ..engine.naming import auto_name, get_uid, reset_uids, to_snake_case, uniquify

__all__ = ["auto_name", "get_uid", "reset_uids", "to_snake_case", "uniquify"]
