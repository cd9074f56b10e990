"""The self-check of the register: records, areas, network, digests, audit chain."""
