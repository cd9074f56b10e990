"""Spelling of names of every kind in Hanyu Pinyin by the rules of 1984 (中地字第17号)."""
