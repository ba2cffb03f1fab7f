"""Bodies of requests and responses as the contract names them, a module for each subject."""
