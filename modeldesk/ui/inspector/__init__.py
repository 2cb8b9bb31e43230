"""The panel that tells everything known of one version."""
