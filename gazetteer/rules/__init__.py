"""Rules of names and of boundaries: catalogue, registry, findings and their workflow."""
