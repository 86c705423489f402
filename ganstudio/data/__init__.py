"""Pictures to learn from: folders, archives, arrays, videos and other generators."""
