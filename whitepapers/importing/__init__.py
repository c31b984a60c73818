"""Papers that come from elsewhere: read whole, checked whole, and only then written."""
