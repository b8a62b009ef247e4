"""The utility's own systems behind one port: the embedded sample, or a real one by REST."""
