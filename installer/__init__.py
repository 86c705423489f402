"""Makes the environment the studio runs in; standard library only, because nothing else is there yet."""
