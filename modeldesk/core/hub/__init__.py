"""The models of one registry, without an engine: looked at, searched, published, promoted. All that
is known of them lies in the registry; whatever is kept here can be made again from it."""
