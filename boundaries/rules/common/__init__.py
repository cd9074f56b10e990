"""What all rules share: findings with a geometry, measures, tolerances, components."""
