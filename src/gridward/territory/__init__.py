"""The ground, cut into cells: levels, areas with validity, locating a point, the proof of cover."""
