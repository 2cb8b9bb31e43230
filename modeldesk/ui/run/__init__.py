"""Run a version: a dialog that asks how, and stays until it works or says why not."""
