"""Files of known origin, recognised by their headers: what their codes mean, told as data."""
