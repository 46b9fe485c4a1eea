"""The packages that p24tui is built on: locked with hashes, installed as locked, listed, looked up for weaknesses."""
