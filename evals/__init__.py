"""The evaluation harness: it looks into the house, and nothing in the house looks at it."""
