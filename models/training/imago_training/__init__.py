"""Trains intent models from what the service exports, and writes them in the form that the service takes in."""
