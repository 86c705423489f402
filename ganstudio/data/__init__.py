"""Pictures, labels and pairs on their way into training and editing."""
