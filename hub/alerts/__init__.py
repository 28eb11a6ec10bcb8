"""Caregiver alerts: what is worth an alert, whom to tell and when, in which words, and by which service."""
