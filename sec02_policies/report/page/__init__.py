"""The HTML report: what each part of the page shows, its template, its style and its script."""
