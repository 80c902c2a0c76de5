"""The harness on real human outcomes: headlines people clicked, claims people checked, answers people compared."""
