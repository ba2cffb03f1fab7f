"""The operator's pages at ``/console``: rendered here, and of use without a script."""
