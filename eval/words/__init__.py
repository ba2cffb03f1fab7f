"""The Bashkir words of our messages, against those of the Bashkir press."""
