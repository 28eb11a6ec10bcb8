"""What the hub keeps of a wearer as tables that other programs read, and as one archive. Reads only."""
