"""What people look at: the interactive graph and the report."""
