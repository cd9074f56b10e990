"""A polygon file judged from end to end, without a database: asked, judged, told in any format."""
