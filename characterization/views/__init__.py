"""What people see of what was measured: files, measurements, charts, studies, and fragments of other floors' pages."""
