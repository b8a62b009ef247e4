"""Does what a customer asks for, through the utility's back ends."""
