"""Measures the understanding on labelled sentences and shows what it found, as figures and as a page."""
