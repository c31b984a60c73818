"""What is timed, beside what it is compared with. ``python -m bench`` shows all of it in one run."""
