"""The picture viewer and the latent pad: widgets that paint themselves."""
