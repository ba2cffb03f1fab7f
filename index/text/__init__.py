"""What words, sentences and languages are in Bashkir and Russian text."""
