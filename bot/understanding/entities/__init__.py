"""Named pieces of a message and their normal forms: digits, times, quantities, words, places."""
