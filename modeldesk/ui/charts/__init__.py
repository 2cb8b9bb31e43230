"""Charts; the only place that imports pyqtgraph, and never before the window has painted."""
