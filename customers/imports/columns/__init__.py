"""What each kind of file can hold: columns as objects that recognise their headers, clean cells and explain errors."""
