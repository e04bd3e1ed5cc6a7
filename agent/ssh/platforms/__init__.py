"""What each operating system is asked and how it talks: one data file each, the whole list of commands."""
