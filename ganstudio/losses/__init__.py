"""Losses and penalties as pure functions of logits, pictures and latents."""
