"""Answers that a language model writes and we check, claim by claim, before they are shown."""
