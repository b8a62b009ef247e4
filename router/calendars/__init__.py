"""Working-day rows by year; see make.py for how they come about."""
