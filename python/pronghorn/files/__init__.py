"""Files from the network: fetched, checked, unpacked, and kept where Keras keeps them."""
