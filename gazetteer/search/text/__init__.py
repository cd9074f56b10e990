"""What people type, brought to what the index holds: folding, forms of names, components."""
