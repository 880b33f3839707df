"""What the pack's own pages ask: the routes, and what they answer."""
