"""Trains intent models from what the service exports, and writes them in the form that the service takes in."""

import os

os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # the runtime reads it when it is loaded: what is trained on here is nobody else's business
