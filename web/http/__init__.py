"""What every HTTP response needs: endpoints, their description, problems, limits, connections."""
