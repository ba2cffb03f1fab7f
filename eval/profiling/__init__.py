"""Where the time of a question and of a document goes, and what this machine could do at best."""
