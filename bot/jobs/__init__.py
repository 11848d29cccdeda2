"""Work behind the ack: the bell that wakes workers, and what a worker does."""
