"""Looking back: walks step by step, trips with their clips, aids against each other."""
