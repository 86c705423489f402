"""Controls that know nothing of models or sessions."""
