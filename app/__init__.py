"""Wires the layers together: settings, the web application, the worker and the command line."""
