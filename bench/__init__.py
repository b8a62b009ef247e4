"""Measures and torments a running copy of the product through the doors its customers use."""
