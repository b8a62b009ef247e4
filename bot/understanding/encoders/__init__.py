"""Sentences to vectors of meaning: the encoder that the house carries, or any of sentence-transformers."""
