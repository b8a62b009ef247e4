"""The whole understanding beside DIET and NLP.js: one data set, asked and counted alike."""
