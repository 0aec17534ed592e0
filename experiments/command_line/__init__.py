"""What is typed and printed: commands, flags, help, completion, the jobs of a request and the folders they write to."""
