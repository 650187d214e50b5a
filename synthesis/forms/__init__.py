"""Forms of the ground floor: each kind of sample and step, with quantities as people write them."""
