"""Commands on units, names and places: what a step of a draft does to the records of one day."""
