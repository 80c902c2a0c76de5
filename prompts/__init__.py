"""Prompt files, versioned, a folder a theme; read by `assistant.prompting` alone."""
