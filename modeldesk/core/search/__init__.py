"""Finding versions by what is known of them: a language, an index, and what keeps it fresh."""
