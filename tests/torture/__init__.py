"""Torture: real processes killed at any moment, and many readers while much is published."""
