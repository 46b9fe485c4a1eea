"""Everything at once: the whole program at work, struck at random, and then asked whether anything was lost."""
