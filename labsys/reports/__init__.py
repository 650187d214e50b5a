"""The batch report: everything known of one sample, on paper that can be signed and filed."""
