"""The platform: settings, people and roles, audit trail, jobs, frame of the pages, local servers."""
