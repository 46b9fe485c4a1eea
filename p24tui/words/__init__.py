"""What the program says of cases, people, times and what has happened, in words: on every screen and command line."""
