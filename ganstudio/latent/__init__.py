"""Sampling, directions and projection in the latent spaces of any generator."""
