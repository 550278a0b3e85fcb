"""Who does it: the parts of the ports that run on a machine."""
