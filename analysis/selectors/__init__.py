"""What pages and exports are shown of published runs."""
