"""Routes for the pack's own pages, and their responses."""
