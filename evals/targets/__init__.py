"""Targets: how a case becomes requests to a model, and its outcomes an answer."""

from evals.targets.target import TARGETS, Job, Target, resolve_prompts, stray_pins, target_named

__all__ = ["TARGETS", "Job", "Target", "resolve_prompts", "stray_pins", "target_named"]
