"""Says at once when readings leave their limits or stop coming: rules, alerts, notices, delivery."""
