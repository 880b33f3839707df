"""Routes for the pack's pages, and their responses."""
