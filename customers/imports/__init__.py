"""Reading files: encodings, sheets, column recognition, cleaning. Text in, typed rows out; nothing is written here.

The way through it: ``readers.read_table`` opens a file by its content, ``matching.match_columns`` says which header
feeds which field, ``parsing.parse_rows`` gives one result per row, typed or rejected with its reasons.
"""
