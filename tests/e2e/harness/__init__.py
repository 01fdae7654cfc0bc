"""Fixtures of the end-to-end suite: real processes and raw HTTP/2 peers behind a few verbs."""
