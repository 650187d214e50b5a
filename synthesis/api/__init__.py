"""REST of the ground floor, and what the floors above build theirs from: problems, pages, filters, amounts."""
