"""What is wrong with a server's certificate."""

OUT_OF_DATE = {9, 10}
"""OpenSSL's codes of a certificate that is not valid yet, and of one that has expired."""
