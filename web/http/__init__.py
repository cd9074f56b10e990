"""What every HTTP answer needs: endpoints, their description, problems, limits, connections."""
