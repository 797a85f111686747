"""Endless families of crystals and molecules that are of no class, drawn at random for the background."""
