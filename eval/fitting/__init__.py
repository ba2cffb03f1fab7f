"""Learning the weights of ``rag/scoring.py`` from questions whose evidence is known."""
