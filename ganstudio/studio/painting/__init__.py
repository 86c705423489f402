"""Painting label maps: tools on uint8 maps that know no window, and what a session does with them."""
