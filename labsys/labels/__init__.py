"""Labels: for sheets and for label printers, with a QR code or a Data Matrix that a scanner reads."""
