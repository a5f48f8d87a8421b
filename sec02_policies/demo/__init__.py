"""An AWS of our own and the small company that lives in it, collected as a real account is."""
