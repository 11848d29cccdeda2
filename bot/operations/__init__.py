"""Running an installation: embedded Redis, logs, doctor."""
