"""Trains the models that kg ships, from annotated news."""
