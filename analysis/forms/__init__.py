"""Reading what people ask of the analysis pages; no saving."""
