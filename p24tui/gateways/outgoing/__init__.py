"""What leaves the machine: SMS and e-mail, over one protocol for every way out."""
