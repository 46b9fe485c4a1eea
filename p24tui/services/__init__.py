"""The use cases: one public function is one thing that a person or a tick does, in one transaction."""
