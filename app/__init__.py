"""Wires the layers together: settings, the web application, the worker and the command line."""

__version__ = "0.1.0"
