"""The term lexicon of Bashkir and Russian: learned, checked and measured on retrieval."""
