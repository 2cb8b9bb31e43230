"""Passwords in the keyring of the system (Keychain, Credential Manager, Secret Service)."""

from modeldesk.adapters.os_keyring.keyring import OsKeyring

__all__ = ["OsKeyring"]
