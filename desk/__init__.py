"""The agents' desk: pages, live updates and reports."""
