"""The HTTP side: share pages, health, metrics, and the blueprints of integrations."""
