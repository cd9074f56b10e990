"""The service behind ``/reconcile``: the Reconciliation API over the search index."""
