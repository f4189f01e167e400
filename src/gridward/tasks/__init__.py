"""What one person does at one place by one time."""
