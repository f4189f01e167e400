"""The door for programs: /api/v1/, with OpenAPI at /api/v1/openapi.json."""
