"""Yauap beside what a user would pick instead, each over the same documents and base model."""
