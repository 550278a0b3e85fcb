"""One file per picture format: what its header says, whether it is whole, and its pixels."""
