"""Questions in, cited answers out: retrieval, evidence, refusal, generation."""
