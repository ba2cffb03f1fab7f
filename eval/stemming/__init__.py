"""Is the Bashkir stemmer any good: forms of one word meet, forms of different words stay apart."""
