"""What ``/reconcile`` asks and answers, beside its routes."""
