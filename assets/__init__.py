"""What ships with the program, and the builders that make it again."""
