"""What the charts draw: selectors' rows as the chart component takes them."""
