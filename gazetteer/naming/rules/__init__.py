"""The naming rules: one group a module, each a function over what is known of a name."""
