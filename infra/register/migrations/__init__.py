"""Steps from one form of the register to the next, applied when it is first opened."""
