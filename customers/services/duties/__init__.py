"""What the law asks to be done with records about people: erasing, keeping for so long, answering, registering."""
