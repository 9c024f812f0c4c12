"""Writers: records to files that a spreadsheet, R or pandas reads."""
