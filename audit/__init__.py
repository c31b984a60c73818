"""What happened: entries that are only ever added, chained so that a changed one shows. Imports no other app."""
