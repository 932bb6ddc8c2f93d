"""Tables as spreadsheet programs keep them: CSV and XLSX, written and read."""
