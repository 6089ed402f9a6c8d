"""spaCy components that speak only `Doc`: they find mentions, resolve them, and read frames of events and relations."""
