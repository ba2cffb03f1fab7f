"""An inverted index: which texts hold a term, and how often; it grows by segments."""
