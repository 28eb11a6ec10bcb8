"""One sensor at a time: samples to columns and marks. What is learnt here changes at samples, never at blocks."""
