"""The columns of lists, one module a list: declared once, used by the page, its column menu and its export."""
