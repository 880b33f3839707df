"""A pretend APIMart: a separate program, written from the public documents, that sells nothing and counts everything.

Where the documents are silent it decides so: a URL that is no http(s) URL is refused at the submit (400); media that
cannot be fetched, read or measured, or that breaks a limit, fails the task later (HTTP 200, cost 0), since a provider
does not download 100 MB inside a submit. Durations are allowed half a frame beyond the documented bounds.
"""
