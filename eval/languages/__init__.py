"""How well languages are told apart, and the learning of the weights that tell them."""
