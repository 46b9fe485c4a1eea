"""Programs that provoke faults, and check that nothing was done twice and nothing was lost."""
